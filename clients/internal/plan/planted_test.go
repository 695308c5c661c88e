package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/target"
)

// spikes are the rounds of a plan in which an effect is planted.
func spikes(p Plan) (rounds []int) {
	for _, trial := range p.Trials {
		if trial.Planted() {
			rounds = append(rounds, trial.Round)
		}
	}
	return rounds
}

func throughputWindow(t *testing.T) time.Duration {
	e, err := experiment.Find(spike.Throughput)
	require.NoError(t, err)
	return e.Cells[0].Window
}

func TestOneEffectIsPlantedInEachRoundThatRanksRates(t *testing.T) {
	for _, name := range Names {
		assert.Equal(t, []int{1, 2, 3, 4, 5, 6}, spikes(quickly(t, func(o *Options) { o.Name = name })), name)
	}
	p := quickly(t, func(o *Options) { o.Named, o.Models, o.Factor = []string{"thread"}, services("thread", "epoll"), 0.5 })
	window := throughputWindow(t) / 2
	assert.Len(t, spikes(p), 6)
	assert.NotContains(t, p.Chosen(), result.Spike, "it is put to no model")
	for _, trial := range p.Trials {
		if trial.Planted() {
			assert.True(t, trial.Twin)
			assert.Equal(t, target.Reference, trial.Model.Name)
			assert.Equal(t, "rank", trial.Block)
			assert.Equal(t, 1, trial.Cells())
			assert.Equal(t, window, trial.Steps[0].Cells[0].Window, "as long as a contender's")
		}
	}
}

func TestNothingIsPlantedWhereNoRateIsRanked(t *testing.T) {
	assert.Empty(t, spikes(quickly(t, func(o *Options) { o.Twins = false })), "without a twin the noise is not known")
	assert.Empty(t, spikes(quickly(t, func(o *Options) { o.Experiments = []string{"latency", "herd"} })))
}
