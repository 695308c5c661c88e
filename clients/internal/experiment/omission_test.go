package experiment

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
)

func TestOmission(t *testing.T) {
	s := serving(t, "epoll", echo)
	a, err := omission.Ask(context.Background(), s, Cell{Connections: 4, Window: 500 * time.Millisecond})
	require.NoError(t, err)
	assert.Equal(t, []string{"STOP", "CONT", "STOP", "CONT"}, s.signals)
	f := a.Figures
	assert.InDelta(t, 200, f["window_ms"], 1e-9)
	assert.GreaterOrEqual(t, f["stall_least_ms"], 60.)
	assert.GreaterOrEqual(t, f["stall_most_ms"], f["stall_least_ms"])
	assert.Contains(t, f, "open_p99_ms", "8,000 requests are due, however short the window is")
}

func TestStoppedServiceGoesOn(t *testing.T) {
	s := serving(t, "epoll", echo)
	ctx, end := context.WithCancel(context.Background())
	_, _, err := stopped(ctx, s, 0, func() (engine.Measured, error) {
		for stopped := false; !stopped; time.Sleep(time.Millisecond) {
			s.mu.Lock()
			stopped = len(s.signals) > 0
			s.mu.Unlock()
		}
		end()
		return engine.Measured{}, errors.New("interrupted")
	})
	assert.ErrorContains(t, err, "interrupted")
	assert.Equal(t, []string{"STOP", "CONT"}, s.signals)

	_, _, err = stop(ctx, s, time.Hour, time.Hour)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Len(t, s.signals, 2, "it was not stopped at all")
}
