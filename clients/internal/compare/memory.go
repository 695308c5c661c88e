package compare

import (
	"fmt"
	"slices"
	"strings"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// enough steps make a line: two points always do.
const enough = 3

// memory is what an idle connection takes, in KB: the slope over their number in each trial. What was withheld has
// its memory all the same, unless it is not the model's.
func (s side) memory(model string) figure {
	trials, _ := s.idle(model)
	var slopes []float64
	for _, steps := range trials {
		if shares(steps) {
			return figure{missing: "this kernel does not say which pages its processes share", tried: true}
		}
		if slope, ok := perIdle(steps); ok {
			slopes = append(slopes, slope/1024)
		}
	}
	if len(slopes) > 0 {
		return figure{Estimate: stats.Over(slopes), tried: true}
	}
	for _, r := range s.run.Records {
		measured := r.Experiment == "memory" || r.Experiment == "herd" && r.Outcome == result.Withheld
		if r.Model == model && measured && !r.MemoryStands() {
			return figure{missing: fmt.Sprintf("%s: %s", r.Outcome, strings.TrimPrefix(r.Reason, model+": ")), tried: true}
		}
	}
	return figure{missing: s.unmeasured(model)}
}

// idle are the trials with enough steps for a slope, and their experiment. The two that there are have other numbers
// of connections: they are not mixed.
func (s side) idle(model string) (trials [][]result.Record, experiment string) {
	for _, experiment := range []string{"memory", "herd"} {
		trials := s.run.MemoryTrials(model, experiment)
		trials = slices.DeleteFunc(trials, func(steps []result.Record) bool { _, ok := perIdle(steps); return !ok })
		if len(trials) > 0 {
			return trials, experiment
		}
	}
	return nil, ""
}

// shares says that pages may be counted once for each process.
func shares(steps []result.Record) bool {
	for _, r := range steps {
		if r.Contender.ResidentKind == "rss" && r.Contender.Processes > 1 {
			return true
		}
	}
	return false
}

func perIdle(steps []result.Record) (bytes float64, ok bool) {
	var idle, taken []float64
	for _, r := range steps {
		idle, taken = append(idle, float64(r.Idle)), append(taken, r.Contender.Resident+r.Contender.MemoryKernel)
	}
	line, ok := stats.Fit(idle, taken)
	return line.Slope, ok && len(steps) >= enough
}
