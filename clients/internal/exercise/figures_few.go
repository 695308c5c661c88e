package exercise

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/stats"
)

// Few is a figure that the experiment names itself, of an experiment that has fewer rounds than an interval takes: from the
// least to the most that a round showed, for questions whose tolerance is far beyond its noise. Once is the same of one round.
func (r Run) Few(model, experiment, name string) claims.Figure {
	f := r.Own(model, experiment, name)
	if f.Rounds > 0 && f.Rounds < stats.MinRounds {
		f.Coverage = 1
	}
	return f
}
