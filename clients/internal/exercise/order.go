package exercise

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/target"
)

// OrderOf orders models by a figure in one cell, the least first: the models over the reference, the reference itself as 1. Two
// are told apart where the interval of one over the other excludes 1 and its median is further from it than the run's noise.
func (r Run) OrderOf(at claims.At, of claims.Measure, models ...string) Truth {
	return ordered(models, func(a, b string) claims.Figure {
		if a == target.Reference {
			return over1(r.Against(b, at, of))
		}
		return r.Between(a, b, at, of)
	})
}

// over1 turns b over a into a over b.
func over1(f claims.Figure) claims.Figure {
	if f.Missing == "" && f.Unsupported == "" {
		f.Median, f.Low, f.High = 1/f.Median, 1/f.High, 1/f.Low
	}
	return f
}

// ordered puts names in the order of a figure, of which ratio says what it is for one over another.
func ordered(names []string, ratio func(a, b string) claims.Figure) Truth {
	t := Truth{Order: slices.Clone(names)}
	byFirst := map[string]float64{names[0]: 1}
	for i, a := range names {
		for _, b := range names[i+1:] {
			f := ratio(a, b)
			if why := known(f); why != "" {
				return Truth{Undecided: why}
			}
			if math.IsNaN(f.Floor) {
				return Undecided("the run's noise is not known: it has no trial of the reference against its twin")
			}
			if i == 0 {
				byFirst[b] = 1 / f.Median
			}
			switch {
			case math.Abs(f.Median-1) <= f.Floor, f.Low <= 1 && f.High >= 1:
			case f.Median < 1:
				t.Firm = append(t.Firm, [2]string{a, b})
			default:
				t.Firm = append(t.Firm, [2]string{b, a})
			}
		}
	}
	slices.SortStableFunc(t.Order, func(a, b string) int { return cmp.Compare(byFirst[a], byFirst[b]) })
	for _, name := range t.Order[1:] {
		if t.Measured != "" {
			t.Measured += ", "
		}
		t.Measured += fmt.Sprintf("%s %s", name, claims.Number(byFirst[name]/byFirst[t.Order[0]]))
	}
	t.Measured = fmt.Sprintf("%s 1, %s", t.Order[0], t.Measured)
	return t
}
