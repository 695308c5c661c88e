package experiment

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/control"
)

// onCPUs is a service that has so many, and notes on how many it was started.
type onCPUs struct {
	*asked
	have  int
	begun []string
}

func (s *onCPUs) FreshOn(_ context.Context, cpus int, args ...string) error {
	if cpus > s.have {
		return fmt.Errorf("restarting: %w", &control.RefusedError{Status: http.StatusConflict})
	}
	s.begun = append(s.begun, fmt.Sprint(cpus, args))
	return nil
}

func TestCoresTakesTurns(t *testing.T) {
	t.Parallel()
	s := &onCPUs{asked: serving(t, "thread", work), have: 2}
	a, err := askCores(context.Background(), s, Cell{Connections: 2, Window: 400 * time.Millisecond})
	require.NoError(t, err)
	assert.Equal(t, []string{"2 []", "1 []", "1 []", "2 []"}, s.begun)
	for _, name := range []string{"replies_per_s@1", "replies_per_s@2", "two_over_one_ratio"} {
		assert.Positive(t, a.Figures[name], name)
	}
	assert.NotContains(t, a.Figures, "procs1_two_over_one_ratio")

	s = &onCPUs{asked: serving(t, "goroutine", work), have: 2}
	a, err = askCores(context.Background(), s, Cell{Connections: 2, Window: 400 * time.Millisecond})
	require.NoError(t, err)
	assert.Contains(t, s.begun, "2 [-procs=1]")
	assert.Positive(t, a.Figures["procs1_two_over_one_ratio"])
}

func TestCoresOfOneCPU(t *testing.T) {
	a, err := askCores(context.Background(), &onCPUs{asked: serving(t, "thread", work), have: 1}, cores.Cells[0])
	require.NoError(t, err)
	assert.Equal(t, oneCPUOnly, a.Refused)
	assert.False(t, tooFew(&control.RefusedError{Status: http.StatusBadGateway}), "another refusal is a failure")
	assert.False(t, tooFew(nil))
}
