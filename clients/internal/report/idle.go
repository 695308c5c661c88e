package report

import (
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
	for _, steps := range s.Run.Trials(row.Model, "herd", result.OK) {
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
// program once for each: then it is left out. What was withheld for noise has its memory all the same.
func (s *Summary) memory(row *Row) {
	var own, kernel []float64
	shared := false
	for _, steps := range slices.Concat(s.Run.MemoryTrials(row.Model, "herd"), s.Run.MemoryTrials(row.Model, "memory")) {
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
