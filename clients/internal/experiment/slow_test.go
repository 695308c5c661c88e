package experiment

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSlowOnesComeWithTheLoad(t *testing.T) {
	t.Parallel()
	var taken atomic.Int64
	s := serving(t, "thread", counting(&taken, echo))
	for _, c := range slow.Cells {
		c.Connections, c.Window = 4, 200*time.Millisecond
		if c.Step > 0 {
			c.Step = 10
		}
		before := taken.Load()
		sides := openBoth(t, openSlow, s, s.Addr, c)
		p, err := loadSlow(context.Background(), nil, sides, c)
		require.NoError(t, err, c.Load)
		assert.Positive(t, p.Contender.Requests)
		assert.Equal(t, 4, p.Contender.Answering, "the quick ones alone are measured")
		assert.EqualValues(t, 2*(4+c.Step), taken.Load()-before, "on both sides")
	}
}

func TestSlowOnesThatAreThrownOut(t *testing.T) {
	t.Parallel()
	var taken atomic.Int64
	s := serving(t, "thread", func(c net.Conn) {
		if taken.Add(1) <= 8 {
			echo(c)
		}
	})
	c := slow.Cells[1]
	c.Connections, c.Step, c.Window = 4, 10, 200*time.Millisecond
	_, err := loadSlow(context.Background(), nil, openBoth(t, openSlow, s, s.Addr, c), c)
	assert.ErrorContains(t, err, "slow clients of "+s.addr)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c.Step = 0
	kind := serving(t, "thread", echo)
	_, err = loadSlow(ctx, nil, openBoth(t, openSlow, kind, kind.Addr, c), c)
	assert.ErrorIs(t, err, context.Canceled)
}
