package compare

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"c10klab/clients/internal/stats"
)

// rounds are six to twelve ratios around a middle.
func rounds(t *rapid.T, label string) stats.Estimate {
	middle := rapid.Float64Range(0.01, 100).Draw(t, label+" middle")
	noise := rapid.Float64Range(0, 0.3).Draw(t, label+" noise")
	var x []float64
	for _, off := range rapid.SliceOfN(rapid.Float64Range(-1, 1), 6, 12).Draw(t, label) {
		x = append(x, middle*(1+noise*off))
	}
	return stats.Over(x)
}

var either = rapid.SampledFrom(Metrics)

func TestTheSameIsWithinNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, m := rounds(t, "a"), either.Draw(t, "metric")
		change := over(e, e)
		assert.Equal(t, Within, m.verdict(change, rapid.Float64Range(0, 1).Draw(t, "floor")))
		assert.InDelta(t, 1, change.Median, 1e-12)
		assert.LessOrEqual(t, change.Low, 1.0)
		assert.GreaterOrEqual(t, change.High, 1.0)
	})
}

func TestSwappingTurnsRatiosUpsideDown(t *testing.T) {
	turned := map[Verdict]Verdict{Better: Worse, Worse: Better, Within: Within}
	rapid.Check(t, func(t *rapid.T) {
		a, b, m := rounds(t, "a"), rounds(t, "b"), either.Draw(t, "metric")
		noise := rapid.Float64Range(0, 0.5).Draw(t, "floor")
		there, back := over(b, a), over(a, b)
		assert.InEpsilon(t, there.Median, 1/back.Median, 1e-9)
		assert.InEpsilon(t, there.Low, 1/back.High, 1e-9)
		assert.InEpsilon(t, there.High, 1/back.Low, 1e-9)
		edge := math.Abs(max(there.Median, back.Median)-1-noise) < 1e-9 || math.Abs(there.Low-1) < 1e-9 || math.Abs(there.High-1) < 1e-9
		if !edge { // where the last bit decides
			assert.Equal(t, turned[m.verdict(there, noise)], m.verdict(back, noise))
		}
	})
}

func TestAChangeAboveIntervalsAndFloorsIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, m := rounds(t, "a"), either.Draw(t, "metric")
		noise := rapid.Float64Range(0, 0.3).Draw(t, "floor")
		// As far that the lowest of B is above the highest of A, and the median above the floor.
		times := max(1+noise, a.High/a.Low) * rapid.Float64Range(1.001, 3).Draw(t, "times")
		b := stats.Estimate{Median: a.Median * times, Low: a.Low * times, High: a.High * times, Rounds: a.Rounds, Coverage: a.Coverage}
		up, down := Better, Worse
		if !m.More {
			up, down = Worse, Better
		}
		assert.Equal(t, up, m.verdict(over(b, a), noise))
		assert.Equal(t, down, m.verdict(over(a, b), noise))
	})
}

// Whatever lies within its own interval in each run, its change lies within the change's.
func TestTheIntervalHoldsWhatTheTwoHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rounds(t, "a"), rounds(t, "b")
		within := func(e stats.Estimate, label string) float64 {
			return e.Low + rapid.Float64Range(0, 1).Draw(t, label)*(e.High-e.Low)
		}
		x, c := within(b, "in b")/within(a, "in a"), over(b, a)
		assert.GreaterOrEqual(t, x*(1+1e-9), c.Low)
		assert.LessOrEqual(t, x*(1-1e-9), c.High)
		assert.GreaterOrEqual(t, c.Coverage, 0.9)
	})
}

func TestBeyondTheLimitIsBeyondNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Line{Metric: either.Draw(t, "metric"), Change: over(rounds(t, "b"), rounds(t, "a"))}
		l.Verdict = l.Metric.verdict(l.Change, rapid.Float64Range(0, 0.5).Draw(t, "floor"))
		limit := rapid.Float64Range(0.001, 0.99).Draw(t, "limit")
		c := Comparison{Lines: []Line{l}}
		if len(c.Beyond(limit)) > 0 {
			assert.Equal(t, Worse, l.Verdict)
			assert.Greater(t, math.Abs(l.Change.Median-1), limit)
			assert.NotEmpty(t, c.Beyond(limit/2), "and so beyond a smaller one")
		}
	})
}
