package claims

import (
	"fmt"
	"math"

	"c10klab/clients/internal/stats"
)

// Bar is what a figure must reach. It stands before anything is measured.
type Bar struct {
	Low, High float64 // -Inf or +Inf where nothing bounds it
	Neutral   float64 // the figure that says "no difference"; NaN: there is none
}

// AtLeast is a ratio that must not be below x: 1 is no difference.
func AtLeast(x float64) Bar { return Bar{Low: x, High: math.Inf(1), Neutral: 1} }

// AtMost is a ratio that must not be above x: 1 is no difference.
func AtMost(x float64) Bar { return Bar{Low: math.Inf(-1), High: x, Neutral: 1} }

// Between is a ratio that must lie between two others. Where 1 is among them the claim is that there is no difference
// larger than that margin, and a run whose noise reaches it can't say.
func Between(low, high float64) Bar { return Bar{Low: low, High: high, Neutral: 1} }

// Above is an absolute figure that must not be below x.
func Above(x float64) Bar { return Bar{Low: x, High: math.Inf(1), Neutral: math.NaN()} }

func (b Bar) String() string {
	switch {
	case math.IsInf(b.Low, -1):
		return "at most " + Number(b.High)
	case math.IsInf(b.High, 1):
		return "at least " + Number(b.Low)
	case b.Low == b.High:
		return "exactly " + Number(b.Low)
	}
	return Number(b.Low) + " to " + Number(b.High)
}

// Verdict is what a run says of a claim.
type Verdict string

// The verdicts.
const (
	Confirmed    Verdict = "confirmed"
	Smaller      Verdict = "confirmed, smaller" // the direction is right, and the size is not reached
	Refuted      Verdict = "refuted"
	Inconclusive Verdict = "inconclusive" // noise, a failed gate, or a cell that was not measured: the reason says which
	Unsupported  Verdict = "unsupported"  // the machine can't do what the claim is about
)

// Figure is what was measured for a test.
type Figure struct {
	stats.Estimate
	Floor       float64 // the run's noise floor for such a ratio; 0: an absolute figure
	Missing     string  // why there is none
	Unsupported string  // why there can be none on this machine
}

// judge compares a figure with what it must reach.
func (b Bar) judge(f Figure) (v Verdict, why string) {
	noise := fmt.Sprintf("noise: this run tells apart what differs by %.1f %%", 100*f.Floor)
	switch {
	case f.Unsupported != "":
		return Unsupported, f.Unsupported
	case f.Missing != "":
		return Inconclusive, f.Missing
	case f.Coverage < stats.Confidence:
		return Inconclusive, fmt.Sprintf("too few rounds for an interval: %d of %d", f.Rounds, stats.MinRounds)
	case math.IsNaN(f.Floor):
		return Inconclusive, "the run's noise is not known: it has no trial of the reference against its twin"
	}
	inside := f.Low >= b.Low && f.High <= b.High
	beyond := f.High < b.Low || f.Low > b.High
	switch {
	case inside && b.allowsNone() && f.Floor >= b.margin():
		return Inconclusive, noise + ", and the margin is no wider"
	case inside && (b.allowsNone() || b.differs(f)):
		return Confirmed, ""
	case beyond && b.fallsShort(f):
		return Smaller, ""
	case beyond && b.clear(f) && !b.mayFallShort(f):
		return Refuted, ""
	case inside, beyond:
		return Inconclusive, noise
	}
	return Inconclusive, fmt.Sprintf("the interval holds the threshold, %v", b)
}

// allowsNone reports whether the bar is reached where there is no difference.
func (b Bar) allowsNone() bool {
	return math.IsNaN(b.Neutral) || b.Low < b.Neutral && b.Neutral < b.High
}

// margin is how far from "no difference" the bar still is reached: noise must be less to say so.
func (b Bar) margin() float64 {
	if math.IsNaN(b.Neutral) {
		return math.Inf(1)
	}
	return min(b.High-b.Neutral, b.Neutral-b.Low)
}

// differs reports whether there is a difference: the interval excludes that there is none, and
// the median is further from it than noise reaches.
func (b Bar) differs(f Figure) bool {
	return (f.Low > b.Neutral || f.High < b.Neutral) && math.Abs(f.Median-b.Neutral) > f.Floor
}

// slight is a difference that is called none, unless the bar asks for less than twice that.
const slight = 0.05

// edge is where a difference of the kind that the bar asks for begins. It is not 1: what differs by
// nearly nothing would be "confirmed, smaller" in one run and refuted in the next.
func (b Bar) edge() float64 {
	if b.Low > b.Neutral {
		return b.Neutral + min(slight, (b.Low-b.Neutral)/2)
	}
	return b.Neutral - min(slight, (b.Neutral-b.High)/2)
}

// fallsShort reports whether there is a difference of the kind that the bar asks for, but a smaller one.
func (b Bar) fallsShort(f Figure) bool {
	more := b.Low > b.Neutral && f.Low > b.edge() && f.High < b.Low
	less := b.High < b.Neutral && f.High < b.edge() && f.Low > b.High
	return (more || less) && b.differs(f)
}

// mayFallShort reports whether that can't be excluded.
func (b Bar) mayFallShort(f Figure) bool {
	more := b.Low > b.Neutral && f.High >= b.edge() && f.High < b.Low
	less := b.High < b.Neutral && f.Low <= b.edge() && f.Low > b.High
	return more || less
}

// clear reports whether a figure beyond the bar is further from it than noise reaches.
func (b Bar) clear(f Figure) bool {
	bound := b.Low
	if f.Low > b.High {
		bound = b.High
	}
	return math.Abs(f.Median-bound) > f.Floor*math.Abs(bound)
}
