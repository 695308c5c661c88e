package spike_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/stats"
)

// drawn is a run whose noise was recorded, in which an effect shows by so much: 1 is all of it.
func drawn(n madeup.Noise, shows float64) result.Run {
	m := madeup.New("epoll", "thread", "select", "poll", "goroutine").Plant(shows)
	for i, x := range n.Draw(stats.MinRounds, 1) {
		r := &m.Records[i]
		r.Ratio = x * r.Figures["counted@10"]
		r.Contender.CPU = 5 / r.Ratio
	}
	m.Manifest.Plan.Seed = n.Rand.Uint64()
	return m.Add("epoll", spike.Throughput, nil, n.Draw(2*stats.MinRounds, 1)...).Run
}

// A sound run is void in fewer than one of a hundred cases, and one that shows nothing of what is planted is in nearly all.
func TestRunsAreSeldomVoidByChance(t *testing.T) {
	const runs = 40
	for _, name := range slices.Sorted(maps.Keys(madeup.Recorded)) {
		n := madeup.NoiseOf(madeup.Recorded[name], rand.New(rand.NewPCG(5, 100)))
		sound, broken := 0, 0
		for range runs {
			if spike.Of(drawn(n, 1)).Void() != "" {
				sound++
			}
			if spike.Of(drawn(n, 0)).Void() != "" {
				broken++
			}
		}
		t.Logf("%s: void are %d sound runs of %d, and %d of those that miss what is planted", name, sound, runs, broken)
		assert.LessOrEqual(t, sound, runs/50, name)
		assert.GreaterOrEqual(t, broken, runs*19/20, name)
	}
}
