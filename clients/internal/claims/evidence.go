package claims

import (
	"fmt"
	"math"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// Evidence is the results of a run, asked as claims ask.
type Evidence struct{ run result.Run }

// cell is one load of an experiment.
type cell struct {
	experiment        string
	connections, idle int
}

func (c cell) String() string {
	if c.idle > 0 {
		return fmt.Sprintf("%s beside %d idle", c.experiment, c.idle)
	}
	return fmt.Sprintf("%s at %d", c.experiment, c.connections)
}

// measure takes one figure of a trial: what the contender shows over what the reference beside it shows.
type measure func(result.Record) float64

func ratio(r result.Record) float64 {
	if limited(r) != "" {
		return math.NaN()
	}
	return r.Ratio
}

// limited says why a ratio of rates tells nothing: with a faster client it would be another. Where the client limits the
// reference alone, what is clearly below it would be lower still, and tells enough.
func limited(r result.Record) string {
	const clearly = 0.95
	switch {
	case r.Contender.ClientBound != "":
		return r.Contender.ClientBound
	case r.Ratio > clearly:
		return r.Reference.ClientBound
	}
	return ""
}
func cpu(r result.Record) float64 { return r.Contender.CPU / r.Reference.CPU }

// records returns a model's of one cell that a gate has not withheld; where there are none, the figure that says why.
func (e Evidence) records(model string, c cell) (list []result.Record, missing Figure) {
	missing.Missing = fmt.Sprintf("%s of %s was not measured in this run", c, model)
	for _, r := range e.run.Records {
		if r.Model != model || r.Experiment != c.experiment {
			continue
		}
		switch {
		case r.Outcome == result.Unsupported:
			missing.Unsupported = r.Reason
		case r.Connections != c.connections || r.Idle != c.idle:
		case r.Outcome == result.OK:
			list = append(list, r)
		default:
			missing.Missing = fmt.Sprintf("%s of %s: %s: %s", c, model, r.Outcome, r.Reason)
		}
	}
	return list, missing
}

// floor is the noise floor of such a ratio: of the reference's twins with as many clients, and none idle beside
// them, for these are at one of the two only.
func (e Evidence) floor(c cell, of measure) float64 {
	var twins []float64
	contenders, rounds := map[string]bool{}, 0
	for _, r := range e.run.Records {
		if r.Experiment != c.experiment || r.Connections != c.connections || r.Idle != 0 || r.Outcome != result.OK {
			continue
		}
		rounds = max(rounds, r.Round)
		r.Contender.ClientBound, r.Reference.ClientBound = "", "" // noise it is all the same
		if !r.Twin {
			contenders[r.Model] = true
		} else if x := of(r); x > 0 && !math.IsInf(x, 1) {
			twins = append(twins, x)
		}
	}
	f, _ := stats.Floor(twins, rounds, len(contenders), e.run.Manifest.Plan.Seed)
	return f
}

// against is a model over the reference in one cell.
func (e Evidence) against(model string, c cell, of measure) Figure {
	if model != target.Reference && e.isOfYardsticks() {
		return e.between(model, target.Reference, c, of)
	}
	list, missing := e.records(model, c)
	var x []float64
	for _, r := range list {
		if v := of(r); v > 0 && !math.IsInf(v, 1) {
			x = append(x, v)
		} else if why := limited(r); why != "" {
			missing.Missing = fmt.Sprintf("%s of %s: %s", c, model, why)
		}
	}
	if len(x) == 0 {
		return missing
	}
	return Figure{Estimate: stats.Over(x), Floor: e.floor(c, of)}
}

// between is one model over another in one cell, round by round, each by what it is to the reference.
func (e Evidence) between(a, b string, c cell, of measure) Figure {
	if b == target.Reference && !e.isOfYardsticks() {
		return e.against(a, c, of)
	}
	over, missing := e.records(a, c)
	under, missingToo := e.records(b, c)
	byRound := map[int]float64{}
	for _, r := range under {
		byRound[r.Round] = of(r)
	}
	var x []float64
	for _, r := range over {
		if y := byRound[r.Round]; y > 0 && of(r) > 0 {
			x = append(x, of(r)/y)
		}
	}
	switch {
	case len(x) > 0:
		// Both are measured with noise of their own: together it is that of one times the root of 2.
		return Figure{Estimate: stats.Over(x), Floor: math.Sqrt2 * e.floor(c, of)}
	case len(over) == 0:
		return missing
	}
	return missingToo
}

// inverse turns a ratio upside down: of a over b that of b over a.
func inverse(f Figure) Figure {
	if f.Missing == "" && f.Unsupported == "" {
		f.Median, f.Low, f.High = 1/f.Median, 1/f.High, 1/f.Low
	}
	return f
}

// line fits, for each trial, a figure over the number of idle connections, and estimates what pick takes of the lines.
func (e Evidence) line(model, experiment string, of measure, pick func(stats.Line) float64) Figure {
	const enough = 3 // steps make a line: two points always do
	var x []float64
	for _, steps := range e.run.Trials(model, experiment, result.OK) {
		var idle, y []float64
		for _, r := range steps {
			idle, y = append(idle, float64(r.Idle)), append(y, of(r))
		}
		if l, ok := stats.Fit(idle, y); ok && len(idle) >= enough {
			x = append(x, pick(l))
		}
	}
	if len(x) == 0 {
		_, missing := e.records(model, cell{experiment: experiment, connections: 1})
		missing.Missing = fmt.Sprintf("%s of %s has too few steps in this run for a line", experiment, model)
		return missing
	}
	return Figure{Estimate: stats.Over(x)}
}

// growth is a figure beside the largest herd over that beside none, in the same trial.
func (e Evidence) growth(model, experiment string, of measure) Figure {
	var x []float64
	for _, steps := range e.run.Trials(model, experiment, result.OK) {
		first, last := steps[0], steps[len(steps)-1]
		if first.Idle == 0 && last.Idle > 0 && of(first) > 0 {
			x = append(x, of(last)/of(first))
		}
	}
	if len(x) == 0 {
		_, missing := e.records(model, cell{experiment, 1, 0})
		return missing
	}
	return Figure{Estimate: stats.Over(x), Floor: e.floor(cell{experiment, 1, 0}, of)}
}

// waiting is against, of the trials in which the model was seen to wait in that system call.
func (e Evidence) waiting(model string, c cell, call string, of measure) Figure {
	list, missing := e.records(model, c)
	for _, r := range list {
		if r.Contender.Waits == nil || r.Contender.Waits.Serving[call] == 0 {
			missing.Missing = fmt.Sprintf("%s does not wait in %s here", model, call)
			return missing
		}
	}
	return e.against(model, c, of)
}

// memory is what an idle connection takes of one model over what it takes of another, the process's own and the kernel's.
func (e Evidence) memory(a, b string) Figure {
	taken := func(r result.Record) float64 { return r.Contender.Resident + r.Contender.MemoryKernel }
	slope := func(l stats.Line) float64 { return l.Slope }
	over, under := e.line(a, "memory", taken, slope), e.line(b, "memory", taken, slope)
	switch {
	case over.Missing != "" || over.Unsupported != "":
		return over
	case under.Missing != "" || under.Unsupported != "":
		return under
	}
	// Slopes of one machine in one run: the worst that either side allows.
	over.Median, over.Low, over.High = over.Median/under.Median, over.Low/under.High, over.High/under.Low
	over.Coverage, over.Rounds = min(over.Coverage, under.Coverage), min(over.Rounds, under.Rounds)
	return over
}
