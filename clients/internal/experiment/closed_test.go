package experiment

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestThinkTimeIsWhatLittleLeaves(t *testing.T) {
	// 16 users, 8,000/s: each asks every 2 ms, of which the reply takes half.
	assert.Equal(t, time.Millisecond, thinkFor(16, 8000, 1e6))
	assert.Equal(t, time.Microsecond, thinkFor(16, 8000, 1e7), "the least: they can't ask that often")
}

func TestLoopsAreComparedAtOneRate(t *testing.T) {
	closed, open := kept(6000, time.Millisecond, time.Millisecond), kept(6000, 4*time.Millisecond, 4*time.Millisecond)
	a := compared(closed, open, time.Second)
	assert.Empty(t, a.Withheld)
	assert.InEpsilon(t, 0.25, a.Figures["closed_over_open_p99_ratio"], 0.01)
	assert.InEpsilon(t, 1000, a.Figures["closed_p50_us"], 0.01)

	open.Requests = 6180
	assert.Contains(t, compared(closed, open, 0).Withheld, "the two loops' rates differ by 3.0 %")
	open.Requests = 0
	assert.Contains(t, compared(closed, open, 0).Withheld, "rates differ")
	open = kept(4000, time.Millisecond, time.Millisecond)
	assert.Equal(t, "too few replies for a p99", compared(closed, open, 0).Withheld)
	open = kept(6000, time.Millisecond, time.Millisecond)
	open.Lateness = times(6000, time.Millisecond, time.Millisecond)
	a = compared(closed, open, 0)
	assert.Contains(t, a.Withheld, "the client itself was")
	assert.NotContains(t, a.Figures, "closed_over_open_p99_ratio")
}

func TestClosedAgainstOpen(t *testing.T) {
	s := serving(t, "epoll", work)
	a, err := closedOpen.Ask(context.Background(), s, Cell{Connections: 4, Window: 400 * time.Millisecond})
	require.NoError(t, err)
	assert.Positive(t, a.Figures["capacity_per_s"])
	assert.Positive(t, a.Figures["think_ms"])
	assert.NotEmpty(t, a.Withheld, "so short a window has too few replies")
}
