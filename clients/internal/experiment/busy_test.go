package experiment

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// counting counts its connections.
func counting(n *atomic.Int64, handle func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) { n.Add(1); handle(c) }
}

// openBoth opens both sides of a cell and closes them in the end.
func openBoth(t *testing.T, open Open, e Engines, side Address, c Cell) Sides {
	t.Helper()
	var sides [2]Conns
	for i := range sides {
		conns, err := open(context.Background(), e, side, c)
		require.NoError(t, err)
		t.Cleanup(conns.Close)
		n, err := conns.Check(context.Background(), 5*time.Second)
		require.NoError(t, err)
		assert.Equal(t, c.Connections, n)
		sides[i] = conns
	}
	return Sides{Contender: sides[0], Reference: sides[1]}
}

func TestBusyAsksOthersBesideTheQuick(t *testing.T) {
	t.Parallel()
	var asked [3]atomic.Int64
	quick := serving(t, "hybrid", echo)
	works := serving(t, "hybrid", counting(&asked[besideWork], work))
	blocks := serving(t, "hybrid", counting(&asked[besideWait], waits))
	side := func(app protocol.App) string {
		return map[protocol.App]string{protocol.Echo: quick.addr, protocol.Work: works.addr, protocol.Wait: blocks.addr}[app]
	}
	assert.Equal(t, []protocol.App{protocol.Echo, protocol.Work, protocol.Wait}, busy.Serves())
	for _, c := range busy.Cells {
		c.Connections, c.Window = 4, time.Millisecond
		before := [3]int64{0, asked[1].Load(), asked[2].Load()}
		s := openBoth(t, openBusy, quick, side, c)
		assert.Equal(t, before, [3]int64{0, asked[1].Load(), asked[2].Load()}, "the others come with the load")
		p, err := loadBusy(context.Background(), nil, s, c)
		require.NoError(t, err, c.Load)
		assert.Positive(t, p.Contender.Requests)
		assert.Positive(t, p.Contender.Planned, "an open loop")
		assert.Len(t, p.Contender.Parts, p.Slices/2, "a slice is one part")
		for _, step := range []int{besideWork, besideWait} {
			want := int64(0)
			if c.Step == float64(step) {
				want = 2 * busyClients
			}
			assert.Equal(t, want, asked[step].Load()-before[step], "%s: on both sides", c.Load)
		}
	}
}

func TestBusyFailsWithTheOthers(t *testing.T) {
	t.Parallel()
	quick := serving(t, "hybrid", echo)
	wrong := serving(t, "hybrid", func(c net.Conn) { _, _ = io.WriteString(c, "waited 3\n") })
	side := func(app protocol.App) string {
		if app == protocol.Wait {
			return wrong.addr
		}
		return quick.addr
	}
	c := busy.Cells[besideWait]
	c.Connections, c.Window = 2, time.Millisecond
	_, err := loadBusy(context.Background(), nil, openBoth(t, openBusy, quick, side, c), c)
	assert.Error(t, err)

	s, _ := held(nil)
	_, err = loadBusy(context.Background(), nil, s, c)
	assert.ErrorContains(t, err, "needed on both sides")
}
