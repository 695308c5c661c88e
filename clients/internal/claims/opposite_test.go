package claims

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/stats"
)

// bars are those of all claims whose figures have noise, each once.
func bars() (list []Bar) {
	for _, c := range All() {
		for _, t := range c.Tests {
			if t.Bar.Low != t.Bar.High && len(t.Bar.hardest()) > 0 && !slices.ContainsFunc(list, func(b Bar) bool { return b.String() == t.Bar.String() }) {
				list = append(list, t.Bar)
			}
		}
	}
	return list
}

// hardest are the truths of which a bar's verdict is most in doubt: where it lies exactly, and where a difference begins.
func (b Bar) hardest() (truths []float64) {
	truths = []float64{b.Low, b.High}
	if !math.IsNaN(b.Neutral) {
		truths = append(truths, b.Neutral, b.edge())
	}
	return slices.DeleteFunc(truths, func(x float64) bool { return math.IsInf(x, 0) || x <= 0 })
}

// said is how often runs of six rounds around a truth say yes, and no.
func said(n madeup.Noise, b Bar, truth float64, floors []float64, runs int) (yes, no float64) {
	for range runs {
		f := Figure{Estimate: stats.Over(n.Draw(stats.MinRounds, truth))}
		if !math.IsNaN(b.Neutral) {
			f.Floor = floors[n.Rand.IntN(len(floors))]
		}
		switch v, _ := b.judge(f); v {
		case Confirmed, Smaller:
			yes += 1 / float64(runs)
		case Refuted:
			no += 1 / float64(runs)
		}
	}
	return yes, no
}

// promised is the share of pairs of runs that may contradict each other, if the truth lies just where it is hardest: to say yes
// all six rounds must lie on one side of a bound, and to say no all on its other side. That is 2 p^6 (1-p)^6, whatever the
// noise, and largest where the bound is the median.
const promised = 2.0 / 64 / 64

func TestTwoRunsAroundOneTruthDoNotContradict(t *testing.T) {
	const runs = 1000
	rng := rand.New(rand.NewPCG(2, 64))
	for _, name := range slices.Sorted(maps.Keys(madeup.Recorded)) {
		n := madeup.NoiseOf(madeup.Recorded[name], rng)
		var floors []float64
		for range 20 {
			floors = append(floors, n.Floor(21))
		}
		for floor, floors := range map[string][]float64{"": floors, ", without a noise floor": {0}} {
			sum, most, pairs := 0.0, 0.0, 0.0
			for _, b := range bars() {
				for _, truth := range b.hardest() {
					yes, no := said(n, b, truth, floors, runs)
					sum, most, pairs = sum+2*yes*no, max(most, 2*yes*no), pairs+1
				}
			}
			t.Logf("%s%s: opposite in %.5f of the pairs of runs, %.5f at the worst bar", name, floor, sum/pairs, most)
			assert.LessOrEqual(t, sum/pairs, promised, name+floor)
			assert.LessOrEqual(t, most, 4*promised, "%s%s: of %d runs of each bar, so few can't tell more exactly", name, floor, runs)
		}
	}
}

// What the promise rests on: where one run says yes and another no, all rounds of the one lie on the other side of a bound that
// stood before than those of the other.
func TestOppositeVerdictsHaveABoundBetweenAllTheirRounds(t *testing.T) {
	all, met := bars(), 0
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SampledFrom(all).Draw(t, "bar")
		around := rapid.SampledFrom(b.hardest()).Draw(t, "around")
		judged := func(name string) (stats.Estimate, Verdict) {
			x := rapid.SliceOfN(rapid.Float64Range(0.7, 1.3), stats.MinRounds, stats.MinRounds).Draw(t, name)
			if side := rapid.IntRange(-1, 1).Draw(t, name+" side"); side != 0 {
				for i := range x { // all on one side, or nothing would be decided
					x[i] = 1 + float64(side)*math.Abs(x[i]-1)
				}
			}
			for i := range x {
				x[i] *= around
			}
			f := Figure{Estimate: stats.Over(x), Floor: rapid.Float64Range(0, 0.1).Draw(t, name+" floor")}
			v, _ := b.judge(f)
			return f.Estimate, v
		}
		x, yes := judged("x")
		y, no := judged("y")
		if !yes.Decided() || yes == Refuted || no != Refuted {
			return
		}
		met++
		between := slices.ContainsFunc([]float64{b.Low, b.High, b.edge()}, func(bound float64) bool {
			return x.Low >= bound && bound >= y.High || x.High <= bound && bound <= y.Low
		})
		assert.True(t, between, "%v: %s of %v, %s of %v", b, yes, x, no, y)
	})
	assert.Positive(t, met, "no opposite verdicts were made")
}
