package exercise

import (
	"fmt"
	"maps"
	"slices"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// ownNoise is the difference below which two such figures are tied: the machine's have no twin that would tell.
const ownNoise = 0.05

// Fraction is one figure that an experiment names itself over another of the same experiment, round by round: of models, or of
// what a question to the machine has names for, such as the kinds of a switch. Where no round has both it says what is missing.
func (r Run) Fraction(experiment, over, overName, under, underName string) claims.Figure {
	a, b := r.rounds(over, experiment, overName), r.rounds(under, experiment, underName)
	var x []float64
	for _, round := range slices.Sorted(maps.Keys(a)) {
		if b[round] > 0 {
			x = append(x, a[round]/b[round])
		}
	}
	if len(x) > 0 {
		return claims.Figure{Estimate: stats.Over(x)}
	}
	for _, f := range []claims.Figure{r.Own(over, experiment, overName), r.Own(under, experiment, underName)} {
		if f.Missing != "" || f.Unsupported != "" {
			return f
		}
	}
	return claims.Figure{Missing: fmt.Sprintf("%s: no round has both %s of %s and %s of %s", experiment, overName, over, underName, under)}
}

// rounds are the values of such a figure in the rounds that no gate has withheld.
func (r Run) rounds(of, experiment, name string) map[int]float64 {
	byRound := map[int]float64{}
	for _, rec := range r.Records {
		if v, there := rec.Figures[name]; there && rec.Model == of && rec.Experiment == experiment && !rec.Twin && rec.Outcome == result.OK {
			byRound[rec.Round] = v
		}
	}
	return byRound
}

// OrderOfOwn orders things by such a figure, the least first. Two whose figures differ by a twentieth or less are tied.
func (r Run) OrderOfOwn(experiment, name string, of ...string) Truth {
	return ordered(of, func(a, b string) claims.Figure {
		f := r.Fraction(experiment, a, name, b, name)
		f.Floor = max(f.Floor, ownNoise)
		return f
	})
}
