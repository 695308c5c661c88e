package claims

import (
	"fmt"
	"math"

	"c10klab/clients/internal/result"
)

// bounded is a figure that rounds bound rather than estimate: each says between which two values it lies, whatever the noise.
// One round is enough; of several the widest bounds stand. low and high are NaN where a record lacks what they are made of.
func (e Evidence) bounded(model, experiment string, bounds func(figures map[string]float64) (low, high float64)) Figure {
	f := exact(math.NaN())
	_, missing := e.values(model, experiment, "")
	f.Low, f.High, f.Rounds = math.Inf(1), math.Inf(-1), 0
	for _, r := range e.run.Records {
		if r.Model != model || r.Experiment != experiment || r.Twin || r.Outcome != result.OK {
			continue
		}
		low, high := bounds(r.Figures)
		if math.IsNaN(low) || math.IsNaN(high) {
			return Figure{Missing: fmt.Sprintf("%s of %s lacks figures", experiment, model)}
		}
		f.Low, f.High = min(f.Low, low), max(f.High, high)
		f.Rounds++
	}
	if f.Rounds == 0 {
		return missing
	}
	f.Median = (f.Low + f.High) / 2
	return f
}

// named is a figure; NaN if there is none.
func named(figures map[string]float64, name string) float64 {
	if v, ok := figures[name]; ok {
		return v
	}
	return math.NaN()
}

// openOfStall is an open loop's p99 beside a stall S over what it must be. Those who were due in the first hundredth of the window T
// after the stall began wait longest, so it is S - 0.01 T; S is known by when its signals were sent and answered.
func openOfStall(f map[string]float64) (low, high float64) {
	p99, hundredth := named(f, "open_p99_ms"), 0.01*named(f, "window_ms")
	return p99 / (named(f, "stall_most_ms") - hundredth), p99 / (named(f, "stall_least_ms") - hundredth)
}

// closedOfStall is by how much a stall moved a closed loop's p99, as a part of the stall.
func closedOfStall(f map[string]float64) (low, high float64) {
	moved := named(f, "closed_p99_ms") - named(f, "quiet_closed_p99_ms")
	x, y := moved/named(f, "stall_most_ms"), moved/named(f, "stall_least_ms")
	return min(x, y), max(x, y)
}
