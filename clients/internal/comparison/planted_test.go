package comparison

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
)

// assertPlanted says that a run has an effect in each round, whose size its records tell.
func assertPlanted(t *testing.T, s *stand, run result.Run) {
	planted := of(run, "epoll", result.Spike)
	assert.Len(t, planted, 2, "one a round")
	for _, r := range planted {
		assert.True(t, r.Twin)
		assert.Equal(t, spike.Clients, r.Connections)
		last := 1.0
		for _, name := range []string{"counted@10", "counted@20", "counted@30", "counted@40", "counted@60", "counted@80"} {
			assert.Less(t, r.Figures[name], last, name)
			assert.Positive(t, r.Figures[name], name)
			last = r.Figures[name]
		}
		counted := float64(r.Contender.Requests) / r.Figures["counted@10"]
		assert.Greater(t, counted, float64(r.Contender.Requests))
	}
	v := spike.Of(run)
	assert.Len(t, v.Effects, 2)
	assert.Empty(t, v.Void(), "two rounds judge nothing")
	assert.Contains(t, run.Manifest.Thresholds.List, spike.Rule())
	assert.NotContains(t, run.Manifest.Plan.Experiments, result.Spike)
	assert.NotContains(t, s.out.String(), "at 100", "it is nobody's first figure")
}
