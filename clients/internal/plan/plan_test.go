package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/clients/internal/target"
)

var four = []target.Service{
	{Name: "iterative", Model: "iterative"},
	{Name: "thread", Model: "thread"},
	{Name: "epoll", Model: "epoll"},
	{Name: "goroutine", Model: "goroutine"},
}

func quickly(t require.TestingT, change func(*Options)) Plan {
	o := Options{Name: "quick", Seed: 1, Rounds: 6, Factor: 1, Models: four, Twins: true}
	if change != nil {
		change(&o)
	}
	p, err := Make(o)
	require.NoError(t, err)
	return p
}

func TestQuickPlan(t *testing.T) {
	p := quickly(t, nil)
	count := map[string]int{}
	for _, trial := range p.Trials {
		count[trial.Block+" "+trial.Model.Name]++
	}
	assert.Equal(t, 6, count["rank thread"])
	assert.Equal(t, 12, count["rank epoll"], "two twins a round")
	assert.Equal(t, 4+3, count["scale thread"], "each size in a process of its own, the largest in one round")
	assert.Equal(t, 2*2, count["scale iterative"], "1, and the first size that it can't serve")
	assert.Equal(t, 2, count["herd goroutine"])
	assert.Equal(t, []string{"latency", "throughput", "scale", "herd"}, sorted(p.Chosen()))
	assert.Less(t, p.Estimate(), 110*time.Second, "with verification and start the whole run stays under two minutes")
}

func sorted(names []string) []string {
	order := map[string]int{"latency": 0, "throughput": 1, "scale": 2, "herd": 3}
	out := make([]string, len(order))
	for _, n := range names {
		out[order[n]] = n
	}
	return out
}

func TestWithoutTwinsTheReferenceHasNoTrials(t *testing.T) {
	p := quickly(t, func(o *Options) { o.Twins = false })
	for _, trial := range p.Trials {
		assert.NotEqual(t, "epoll", trial.Model.Name)
	}
}

func TestChosenExperiments(t *testing.T) {
	p := quickly(t, func(o *Options) { o.Experiments, o.Rounds = []string{"latency"}, 1 })
	assert.Equal(t, []string{"latency"}, p.Chosen())
	assert.Len(t, p.Trials, 5)
	_, err := Make(Options{Name: "slow"})
	assert.ErrorContains(t, err, `no plan "slow": choose from quick`)
}

func order(p Plan) (names []string) {
	for _, trial := range p.Trials {
		names = append(names, trial.Block+" "+trial.Model.Name)
	}
	return names
}

func TestOrderProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		rounds := rapid.IntRange(1, 12).Draw(t, "rounds")
		set := func(o *Options) { o.Seed, o.Rounds = seed, rounds }
		p := quickly(t, set)
		assert.Equal(t, order(p), order(quickly(t, set)), "the same seed gives the same order")
		last := map[string]int{}
		for _, trial := range p.Trials {
			assert.GreaterOrEqual(t, trial.Round, last[trial.Block], "rounds follow each other")
			last[trial.Block] = trial.Round
		}
		assert.Equal(t, rounds, last["rank"])
	})
}

func TestFactorFor(t *testing.T) {
	p := quickly(t, nil)
	f := p.FactorFor(p.Estimate())
	assert.InDelta(t, 1, f, 1e-6)
	longer := quickly(t, func(o *Options) { o.Factor = p.FactorFor(5 * time.Minute) })
	assert.InDelta(t, 300, longer.Estimate().Seconds(), 1)
	assert.Zero(t, p.FactorFor(time.Second))
}
