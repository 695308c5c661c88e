// Package stats turns the rounds of a run into statements: a median with its
// interval, the run's own noise floor, and whether a difference is one.
package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is what intervals and the noise floor are made for.
const Confidence = 0.95

// MinRounds is the least number of rounds whose interval reaches Confidence:
// of six values the median lies between the lowest and the highest with 97 %.
const MinRounds = 6

// Median is the middle value, or the mean of the middle two; NaN of nothing.
func Median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Clone(x)
	slices.Sort(s)
	return middle(s)
}

// middle is the median of sorted values, of which there is one at least.
func middle(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Estimate is a median over rounds with its interval.
type Estimate struct {
	Median   float64
	Low      float64
	High     float64
	Rounds   int
	Coverage float64 // probability that the interval holds the true median
}

// Over makes the estimate of these rounds. The interval is of order statistics:
// it assumes nothing about the distribution but that the rounds are independent.
// (A bootstrap of three to seven values covers 75 to 90 % and claims 95.)
// With fewer than MinRounds its coverage is below Confidence.
func Over(x []float64) Estimate {
	n := len(x)
	e := Estimate{Median: Median(x), Low: math.NaN(), High: math.NaN(), Rounds: n}
	if n == 0 {
		return e
	}
	s := slices.Sorted(slices.Values(x))
	k := 0 // values cut off at either end
	for n-2*(k+1) >= 2 && coverage(n, k+1) >= Confidence {
		k++
	}
	e.Low, e.High, e.Coverage = s[k], s[n-1-k], coverage(n, k)
	return e
}

// coverage is the probability that the true median lies between the k+1st
// lowest and the k+1st highest of n values.
func coverage(n, k int) float64 {
	return 1 - 2*distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(k))
}

// resamples is how often the twins' ratios are drawn from.
const resamples = 10_000

// Floor is a run's noise floor: the median of that many rounds of two equal
// processes differs from 1 by less than this in Confidence of all runs, for
// all the contenders at once. twins are the ratios of the reference to its twin.
// ok is false with fewer than MinRounds of them: noise that shows in one of six is not seen in two.
func Floor(twins []float64, rounds, contenders int, seed uint64) (floor float64, ok bool) {
	if len(twins) < MinRounds || rounds < 1 {
		return math.NaN(), false
	}
	rng := rand.New(rand.NewPCG(seed, 0x666c6f6f72)) // "floor"
	off := make([]float64, resamples)
	draw := make([]float64, rounds)
	for i := range off {
		for j := range draw {
			draw[j] = twins[rng.IntN(len(twins))]
		}
		slices.Sort(draw) // in place: so many copies would take longer than all else
		off[i] = math.Abs(middle(draw) - 1)
	}
	slices.Sort(off)
	return stat.Quantile(1-(1-Confidence)/float64(max(contenders, 1)), stat.Empirical, off, nil), true
}

// Verdict is what a ratio to the reference says.
type Verdict int

// The verdicts.
const (
	Unknown Verdict = iota // too few rounds, or no noise floor
	Tied                   // no difference that this run can tell from noise
	Less                   // the ratio is below 1
	More                   // the ratio is above 1
)

// Judge says whether the ratio differs from 1: only where its interval excludes
// 1 and the median is further from it than the run's noise floor.
func Judge(e Estimate, floor float64) Verdict {
	switch {
	case e.Coverage < Confidence || math.IsNaN(floor):
		return Unknown
	case e.Low <= 1 && e.High >= 1, math.Abs(e.Median-1) <= floor:
		return Tied
	case e.Median < 1:
		return Less
	default:
		return More
	}
}

// Line is a least-squares line y = Intercept + Slope x.
type Line struct {
	Slope     float64
	Intercept float64
	R2        float64
}

// Fit fits a line; ok is false with fewer than two different x.
func Fit(x, y []float64) (Line, bool) {
	if len(x) < 2 || len(x) != len(y) || slices.Min(x) == slices.Max(x) {
		return Line{}, false
	}
	a, b := stat.LinearRegression(x, y, nil, false)
	return Line{Slope: b, Intercept: a, R2: stat.RSquared(x, y, nil, a, b)}, true
}
