package report

import (
	"cmp"
	"slices"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// enough steps make a line: two points always do.
const enough = 3

// herd finds what an idle connection costs the active one: in the server's CPU
// time and in response time.
func (s *Summary) herd(row *Row) {
	var perIdle []float64
	beside := map[int][]float64{}
	for _, steps := range s.steps(row.Model, "herd") {
		steps = slices.DeleteFunc(steps, func(r result.Record) bool { return r.Outcome != result.OK })
		if l, ok := slope(steps, func(r result.Record) float64 { return r.Contender.CPU * 1e3 }); ok {
			perIdle = append(perIdle, l)
		}
		for _, r := range steps {
			if alone := steps[0]; alone.Idle == 0 && alone.Ratio > 0 && r.Idle > 0 {
				beside[r.Idle] = append(beside[r.Idle], r.Ratio/alone.Ratio)
			}
		}
	}
	row.PerIdle = stats.Over(perIdle)
	for n, ratios := range beside {
		if n > row.BesideIdle {
			row.BesideIdle, row.Beside = n, stats.Median(ratios)
		}
	}
}

// memory finds what an idle connection takes. Where several processes serve and
// the kernel does not say which pages they share, their sum would count the
// program once for each: then it is left out.
func (s *Summary) memory(row *Row) {
	var own, kernel []float64
	shared := false
	for _, steps := range append(s.steps(row.Model, "herd"), s.steps(row.Model, "memory")...) {
		if l, ok := slope(steps, func(r result.Record) float64 { return r.Contender.Resident }); ok {
			own = append(own, l)
		}
		inKernel := func(r result.Record) float64 { return r.Contender.MemoryKernel }
		if l, ok := slope(steps, inKernel); ok && inKernel(steps[len(steps)-1]) > 0 {
			kernel = append(kernel, l)
		}
		for _, r := range steps {
			shared = shared || r.Contender.ResidentKind == "rss" && r.Contender.Processes > 1
		}
	}
	if shared {
		row.Trouble = append(row.Trouble, "KB/idle is left out: this kernel does not say which pages its processes share")
		return
	}
	row.Own, row.Kernel = stats.Median(own), stats.Median(kernel)
}

// steps returns an experiment's records of a model, trial by trial, each trial's by
// the number of idle connections. What was withheld has its memory all the same.
func (s *Summary) steps(model, experiment string) (trials [][]result.Record) {
	byTrial := map[int][]result.Record{}
	var order []int
	for _, r := range s.Run.Records {
		if r.Model != model || r.Experiment != experiment || r.Outcome != result.OK && r.Outcome != result.Withheld {
			continue
		}
		if byTrial[r.Trial] == nil {
			order = append(order, r.Trial)
		}
		byTrial[r.Trial] = append(byTrial[r.Trial], r)
	}
	for _, trial := range order {
		slices.SortStableFunc(byTrial[trial], func(a, b result.Record) int { return cmp.Compare(a.Idle, b.Idle) })
		trials = append(trials, byTrial[trial])
	}
	return trials
}

// slope is what one more idle connection adds to a figure, by the steps of one trial.
func slope(steps []result.Record, figure func(result.Record) float64) (float64, bool) {
	if len(steps) < enough {
		return 0, false
	}
	var idle, y []float64
	for _, r := range steps {
		idle, y = append(idle, float64(r.Idle)), append(y, figure(r))
	}
	l, ok := stats.Fit(idle, y)
	return l.Slope, ok
}
