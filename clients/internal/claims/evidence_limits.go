package claims

import (
	"fmt"
	"slices"

	"c10klab/clients/internal/result"
)

// best is the most that any model shows of a count, those that stopped at it among them; of each model what it showed in its worst round.
func (e Evidence) best(experiment, name string) Figure {
	worst, failed := map[string]float64{}, ""
	for _, r := range e.run.Records {
		if r.Experiment != experiment {
			continue
		}
		v, there := r.Figures[name]
		if r.Outcome != result.OK && r.Outcome != result.Bound || !there {
			failed = fmt.Sprintf("%s of %s: %s: %s", experiment, r.Model, r.Outcome, r.Reason)
			continue
		}
		if before, seen := worst[r.Model]; !seen || v < before {
			worst[r.Model] = v
		}
	}
	most, some := 0.0, false
	for _, v := range worst {
		most, some = max(most, v), true
	}
	switch {
	case some:
		return exact(most)
	case failed != "":
		return Figure{Missing: failed}
	}
	return Figure{Missing: experiment + " was not measured in this run"}
}

// ofOnesOwn is figure, of a model that is not this project's.
func (e Evidence) ofOnesOwn(model, experiment, name string) Figure {
	takesPart := func(r result.Record) bool { return r.Model == model }
	if !slices.ContainsFunc(e.run.Records, takesPart) {
		return Figure{Missing: fmt.Sprintf("no service takes part in this run that is labelled lab.model: %s", model)}
	}
	return e.figure(model, experiment, name)
}

// serves is the number of clients that a model had at once in an experiment, all of them answered at the roll calls. Where that
// is fewer than enough and the model was asked for no more, it says nothing.
func (e Evidence) serves(model, experiment string, enough int) Figure {
	most, stopped := 0, false
	for _, r := range e.run.Records {
		if r.Model != model || r.Experiment != experiment {
			continue
		}
		switch r.Outcome {
		case result.OK:
			most = max(most, r.Connections+r.Idle)
		case result.Bound:
			stopped = true
		}
	}
	switch {
	case most == 0:
		_, missing := e.records(model, cell{experiment: experiment, connections: 1})
		return missing
	case most < enough && !stopped:
		return Figure{Missing: fmt.Sprintf("%s of %s had no more than %d clients in this run", experiment, model, most)}
	}
	return exact(float64(most))
}
