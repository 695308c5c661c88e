package experiment

import (
	"bufio"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/models"
)

// waits answers as the application does, however long it was to wait.
func waits(c net.Conn) {
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		if _, err := io.WriteString(c, "waited "+lines.Text()+"\n"); err != nil {
			return
		}
	}
}

func TestWaitTellsShares(t *testing.T) {
	t.Parallel()
	for model, atOnce := range map[string]int{"thread": 5, "epoll": 5, "threadpool": 5, "hybrid": 5} {
		a, err := askWaiting(context.Background(), serving(t, model, waits), Cell{Connections: 5, Window: 150 * time.Millisecond})
		require.NoError(t, err)
		assert.Empty(t, a.Withheld)
		assert.EqualValues(t, atOnce, a.Figures["at_once"], model)
		assert.Positive(t, a.Figures["replies_per_s"])
		for _, name := range []string{"share@1", "share@2", "share@3"} {
			assert.Contains(t, a.Figures, name, model)
		}
		assert.NotContains(t, a.Figures, "share@4")
	}
}

func TestRoomIsThePools(t *testing.T) {
	for model, want := range map[string]int{"thread": 100, "iterative": 100, "epoll": 100, "prefork": 64, "threadpool": 64, "hybrid": 64} {
		m, _ := models.Find(model)
		assert.Equal(t, want, roomOf(m, 100), model)
	}
	m, _ := models.Find("prefork", "-pool=8")
	assert.Equal(t, 8, roomOf(m, 100))
}

func TestWaitThatFailsIsWithheld(t *testing.T) {
	answers := make(chan struct{}, 2)
	answers <- struct{}{}
	a, err := askWaiting(context.Background(), serving(t, "thread", func(c net.Conn) {
		select {
		case answers <- struct{}{}:
			waits(c)
		default:
			_, _ = io.WriteString(c, "waited 11\n")
		}
	}), Cell{Connections: 2, Window: 100 * time.Millisecond})
	require.NoError(t, err)
	assert.Contains(t, a.Withheld, "1 of its connections failed")
}

func TestPoolsAreStartedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s := serving(t, "threadpool", waits)
	a, err := askPools(context.Background(), s, Cell{Connections: 3, Window: 3 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"-pool=8"}, {"-pool=64"}, {"-pool=128"}}, s.args)
	for _, name := range []string{"share@8", "share@64", "share@128"} {
		assert.Positive(t, a.Figures[name], name)
	}
	a, err = askPools(context.Background(), serving(t, "epoll", waits), Cell{Connections: 3, Window: time.Second})
	require.NoError(t, err)
	assert.Equal(t, "epoll has no pool", a.Bound)
}

func TestPiecesKeepAllParts(t *testing.T) {
	parts := make([]engine.Part, 20)
	for i := range parts {
		parts[i] = engine.Part{Requests: uint64(i), Seconds: 0.5}
	}
	rates := pieces(parts, 3)
	require.Len(t, rates, 3)
	assert.InDelta(t, (0+1+2+3+4+5)/3.0, rates[0], 1e-9)
	assert.InDelta(t, (13+14+15+16+17+18+19)/3.5, rates[2], 1e-9)
	assert.Len(t, pieces(parts[:2], 3), 2)
	assert.Empty(t, pieces(nil, 3))
}
