package exercise

import (
	"fmt"
	"math"
	"slices"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/stats"
)

// Run is the results that questions are put to. Its figures are made by the claims' own code (Of, in claims/asked.go); what
// they become here is an answer: a number, one of the choices, an order.
type Run struct {
	result.Run
	claims.Evidence
	ledger []claims.Entry
	void   string // why nothing that it says is to be believed; empty: it is
}

// NewRun is what a run's results say.
func NewRun(run result.Run) Run {
	return Run{run, claims.Of(run), claims.Ledger(run), spike.Of(run).Void()}
}

// known says why a figure decides nothing; a count is exact with one round, all else needs an interval.
func known(f claims.Figure) string {
	switch {
	case f.Unsupported != "":
		return f.Unsupported
	case f.Missing != "":
		return f.Missing
	case f.Coverage < stats.Confidence:
		return fmt.Sprintf("too few rounds for an interval: %d of %d", f.Rounds, stats.MinRounds)
	case math.IsNaN(f.Low), math.IsNaN(f.High):
		return "it has no interval"
	}
	return ""
}

// Number is the figure as the answer to a question for a number.
func Number(f claims.Figure) Truth {
	if why := known(f); why != "" {
		return Truth{Undecided: why}
	}
	return Truth{Lo: f.Low, Mid: f.Median, Hi: f.High}
}

// Once is a figure that one round measured, for questions whose tolerance is far beyond its noise.
func (r Run) Once(model, experiment, name string) claims.Figure {
	f := r.Own(model, experiment, name)
	if f.Rounds == 1 {
		f.Low, f.High, f.Coverage = f.Median, f.Median, 1
	}
	return f
}

// Yes answers yes where the figure is on the bar's side, no where it is beyond it, by more than noise.
func Yes(f claims.Figure, bar claims.Bar) Truth { return Either(f, bar, "yes", "no") }

// Either is one choice where a figure reaches the bar and another where it doesn't: the claims' own judgment. By how much it
// falls short makes no difference here, as it does for a claim.
func Either(f claims.Figure, bar claims.Bar, reached, not string) Truth {
	t := Truth{}
	if f.Low != f.High { // of a count the choice says it all
		t.Measured = claims.Finding{Figure: f}.Measured()
	}
	switch verdict, why := bar.Judge(f); {
	case verdict == claims.Confirmed:
		t.Choice = reached
	case verdict == claims.Refuted, verdict == claims.Smaller, known(f) == "" && short(f, bar):
		t.Choice = not
	default:
		t.Undecided = why
	}
	return t
}

// short says whether the whole interval is beyond the bar, and the median by more than noise.
func short(f claims.Figure, bar claims.Bar) bool {
	return f.High < bar.Low && bar.Low-f.Median > f.Floor*bar.Low || f.Low > bar.High && f.Median-bar.High > f.Floor*bar.High
}

// Claim answers yes where the run confirms the claim of that name (see lab claims), no where it refutes it.
func (r Run) Claim(id string) Truth {
	i := slices.IndexFunc(r.ledger, func(e claims.Entry) bool { return e.ID == id })
	if i < 0 {
		return Undecided("there is no claim %q", id)
	}
	e := r.ledger[i]
	switch e.Verdict {
	case claims.Confirmed, claims.Smaller:
		return Truth{Choice: "yes", Measured: "the claim " + id + " is " + string(e.Verdict)}
	case claims.Refuted:
		return Truth{Choice: "no", Measured: "the claim " + id + " is refuted"}
	}
	for _, f := range e.Findings {
		if f.Why != "" {
			return Truth{Undecided: f.Why}
		}
	}
	return Undecided("the claim %s is %s", id, e.Verdict)
}

// Band is one of a question's choices, and from where on it is the right one: up to where the next begins.
type Band struct {
	From   float64
	Choice string
}

// Bands picks the choice in whose band the whole interval lies. Bands are given from the lowest up.
func Bands(f claims.Figure, bands ...Band) Truth {
	if why := known(f); why != "" {
		return Truth{Undecided: why}
	}
	of := func(x float64) int {
		return slices.IndexFunc(bands, func(b Band) bool { return x < b.From }) // the first that begins beyond
	}
	t := Truth{Measured: claims.Finding{Figure: f}.Measured()}
	low, high := of(f.Low), of(f.High)
	switch {
	case low != high:
		t.Undecided = "noise: the interval, " + t.Measured + ", lies across two of the choices"
	case low == 0:
		t.Undecided = "no choice is for so small a figure: " + t.Measured
	case low < 0:
		t.Choice = bands[len(bands)-1].Choice
	default:
		t.Choice = bands[low-1].Choice
	}
	return t
}
