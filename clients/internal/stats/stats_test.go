package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMedian(t *testing.T) {
	assert.Equal(t, 2.0, Median([]float64{3, 1, 2}))
	assert.Equal(t, 2.5, Median([]float64{4, 1, 2, 3}))
	assert.True(t, math.IsNaN(Median(nil)))
}

func TestIntervalOfSixRoundsIsLowestToHighest(t *testing.T) {
	e := Over([]float64{6, 1, 5, 2, 4, 3})
	assert.Equal(t, 1.0, e.Low)
	assert.Equal(t, 6.0, e.High)
	assert.InDelta(t, 1-2.0/64, e.Coverage, 1e-12)
	five := Over([]float64{1, 2, 3, 4, 5})
	assert.Less(t, five.Coverage, Confidence)
	nine := Over([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9})
	assert.Equal(t, 2.0, nine.Low)
	assert.Equal(t, 8.0, nine.High)
	assert.GreaterOrEqual(t, nine.Coverage, Confidence)
	assert.Zero(t, Over(nil).Rounds)
}

func TestEstimateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(0.01, 100), 1, 40).Draw(t, "x")
		before := slices.Clone(x)
		e := Over(x)
		assert.Equal(t, before, x, "the argument is left alone")
		assert.LessOrEqual(t, e.Low, e.Median)
		assert.LessOrEqual(t, e.Median, e.High)
		assert.Contains(t, x, e.Low)
		assert.Contains(t, x, e.High)
		if len(x) >= MinRounds {
			assert.GreaterOrEqual(t, e.Coverage, Confidence)
		} else {
			assert.Less(t, e.Coverage, Confidence)
		}
		shuffled := slices.Clone(x)
		rand.New(rand.NewPCG(1, uint64(len(x)))).Shuffle(len(x), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		assert.Equal(t, e, Over(shuffled), "order does not matter")
	})
}

func TestFloorProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		twins := rapid.SliceOfN(rapid.Float64Range(0.8, 1.25), MinRounds, 12).Draw(t, "twins")
		seed := rapid.Uint64().Draw(t, "seed")
		floor, ok := Floor(twins, 6, 3, seed)
		require.True(t, ok)
		again, _ := Floor(twins, 6, 3, seed)
		assert.Equal(t, floor, again, "the same seed gives the same floor")
		more, _ := Floor(twins, 6, 30, seed)
		assert.GreaterOrEqual(t, more, floor, "more contenders, more chances of a false difference")
		worst := 0.0
		for _, r := range twins {
			worst = max(worst, math.Abs(r-1))
		}
		assert.LessOrEqual(t, floor, worst)
	})
	_, ok := Floor([]float64{1.01, 0.99, 1.02, 0.98, 1}, 6, 3, 1)
	assert.False(t, ok, "five are too few")
}

// A median of six moves when three of them do, which with one odd ratio among twelve is rarer than 5 %.
func TestFloorIsOfMedians(t *testing.T) {
	twins := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}
	floor, ok := Floor(twins, 6, 1, 1)
	assert.True(t, ok)
	assert.Zero(t, floor)
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		rounds []float64
		floor  float64
		want   Verdict
	}{
		{[]float64{0.70, 0.71, 0.72, 0.69, 0.70, 0.71}, 0.03, Less},
		{[]float64{1.20, 1.21, 1.22, 1.19, 1.20, 1.21}, 0.03, More},
		{[]float64{0.98, 0.97, 0.98, 0.99, 0.98, 0.98}, 0.03, Tied}, // excludes 1, within the floor
		{[]float64{0.70, 0.71, 0.72, 1.01, 0.70, 0.71}, 0.03, Tied}, // beyond the floor, holds 1
		{[]float64{0.70, 0.71}, 0.03, Unknown},
		{[]float64{0.70, 0.71, 0.72, 0.69, 0.70, 0.71}, math.NaN(), Unknown},
	} {
		assert.Equal(t, c.want, Judge(Over(c.rounds), c.floor), "%v, floor %v", c.rounds, c.floor)
	}
}

func TestFit(t *testing.T) {
	l, ok := Fit([]float64{0, 100, 900}, []float64{5, 205, 1805})
	require.True(t, ok)
	assert.InDelta(t, 2, l.Slope, 1e-9)
	assert.InDelta(t, 5, l.Intercept, 1e-9)
	assert.InDelta(t, 1, l.R2, 1e-9)
	_, ok = Fit([]float64{3, 3}, []float64{1, 2})
	assert.False(t, ok)
}

// noises are shapes of what two equal processes show: from quiet to a host that stalls now and then.
var noises = map[string]func(*rand.Rand) float64{
	"quiet": func(r *rand.Rand) float64 { return math.Exp(0.01 * r.NormFloat64()) },
	"loud":  func(r *rand.Rand) float64 { return math.Exp(0.05 * r.NormFloat64()) },
	"stalls": func(r *rand.Rand) float64 {
		if r.IntN(8) == 0 {
			return math.Exp(0.2 * r.NormFloat64())
		}
		return math.Exp(0.02 * r.NormFloat64())
	},
}

// run draws a run of six rounds with two twins a round, and counts the
// contenders that it declares different.
func run(r *rand.Rand, contenders int, effect float64, noise func(*rand.Rand) float64) (different int) {
	draw := func(n int, effect float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = effect * noise(r)
		}
		return x
	}
	floor, _ := Floor(draw(12, 1), 6, contenders, r.Uint64())
	for range contenders {
		if v := Judge(Over(draw(6, effect)), floor); v == Less || v == More {
			different++
		}
	}
	return different
}

func TestIdenticalContendersAreTied(t *testing.T) {
	const runs, contenders = 150, 21
	for name, noise := range noises {
		r := rand.New(rand.NewPCG(7, 11))
		wrong := 0
		for range runs {
			if run(r, contenders, 1, noise) > 0 {
				wrong++
			}
		}
		t.Logf("%s: %d of %d runs declare a difference among %d identical contenders", name, wrong, runs, contenders)
		assert.LessOrEqual(t, wrong, runs/10, name)
	}
}

func TestRealDifferencesAreFound(t *testing.T) {
	const runs = 60
	r := rand.New(rand.NewPCG(3, 5))
	found := 0
	for range runs {
		found += run(r, 1, 0.85, noises["quiet"])
	}
	assert.GreaterOrEqual(t, found, runs*9/10)
}
