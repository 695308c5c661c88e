package claims

import (
	"fmt"
	"math"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// figure is a figure that an experiment measured of a model (or of the machine) for itself: absolute, over all rounds.
func (e Evidence) figure(model, experiment, name string) Figure {
	x, missing := e.values(model, experiment, name)
	if len(x) == 0 {
		return missing
	}
	return Figure{Estimate: stats.Over(x)}
}

// count is such a figure that has no noise: how many clients were answered, whether a call refused. Where all rounds say the
// same, one is enough; where they don't, none is.
func (e Evidence) count(model, experiment, name string) Figure {
	x, missing := e.values(model, experiment, name)
	if len(x) == 0 {
		return missing
	}
	for _, v := range x {
		if v != x[0] {
			return Figure{Missing: fmt.Sprintf("%s: %s of %s differs between rounds: %g and %g", experiment, name, model, x[0], v)}
		}
	}
	return exact(x[0])
}

// exact is a figure without noise.
func exact(x float64) Figure {
	return Figure{Estimate: stats.Estimate{Median: x, Low: x, High: x, Coverage: 1, Rounds: 1}}
}

// fraction is one such figure over another, round by round.
func (e Evidence) fraction(experiment, over, overName, under, underName string) Figure {
	a, missing := e.values(over, experiment, overName)
	b, missingToo := e.values(under, experiment, underName)
	var x []float64
	for i := range min(len(a), len(b)) {
		if v := a[i] / b[i]; !math.IsNaN(v) && !math.IsInf(v, 0) {
			x = append(x, v)
		}
	}
	switch {
	case len(x) > 0:
		return Figure{Estimate: stats.Over(x)}
	case len(a) == 0:
		return missing
	}
	return missingToo
}

// values are those of a figure in the rounds that a gate has not withheld; where there are none, the figure that says why.
func (e Evidence) values(model, experiment, name string) (x []float64, missing Figure) {
	missing.Missing = fmt.Sprintf("%s of %s was not measured in this run", experiment, model)
	for _, r := range e.run.Records {
		if r.Model != model || r.Experiment != experiment || r.Twin {
			continue
		}
		v, there := r.Figures[name]
		switch {
		case r.Outcome == result.Unsupported:
			missing.Unsupported = r.Reason
		case r.Outcome != result.OK:
			missing.Missing = fmt.Sprintf("%s of %s: %s: %s", experiment, model, r.Outcome, r.Reason)
		case there:
			x = append(x, v)
		}
	}
	return x, missing
}
