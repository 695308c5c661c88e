package result

import (
	"cmp"
	"slices"
)

// Trials returns an experiment's records of a model that have one of these outcomes, trial by trial, each trial's by
// the number of idle connections.
func (run Run) Trials(model, experiment string, outcomes ...Outcome) (trials [][]Record) {
	return run.trials(model, experiment, func(r Record) bool { return slices.Contains(outcomes, r.Outcome) })
}

func (run Run) trials(model, experiment string, wanted func(Record) bool) (trials [][]Record) {
	byTrial := map[int][]Record{}
	var order []int
	for _, r := range run.Records {
		if r.Model != model || r.Experiment != experiment || !wanted(r) {
			continue
		}
		if byTrial[r.Trial] == nil {
			order = append(order, r.Trial)
		}
		byTrial[r.Trial] = append(byTrial[r.Trial], r)
	}
	for _, trial := range order {
		slices.SortStableFunc(byTrial[trial], func(a, b Record) int { return cmp.Compare(a.Idle, b.Idle) })
		trials = append(trials, byTrial[trial])
	}
	return trials
}
