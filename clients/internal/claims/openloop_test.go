package claims

import (
	"maps"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/result"
)

// finds adds six rounds of figures that an experiment has of a model; all but the exact ones vary a little.
func (w *world) finds(model, experiment string, figures map[string]float64, exact ...string) *world {
	for i, off := range spread {
		r := result.Record{
			Round: i + 1, Trial: 1000*len(model) + i, Model: model, Outcome: result.OK, Experiment: experiment,
			Metric: result.Figures, Figures: map[string]float64{},
		}
		for name, v := range figures {
			r.Figures[name] = v * off
		}
		for _, name := range exact {
			r.Figures[name] = figures[name]
		}
		w.run.Records = append(w.run.Records, r)
	}
	return w
}

// flooded adds what a model with a pool does at 1.5 times capacity: without -admit a longest response of 900 ms and 5,000 replies/s.
func (w *world) flooded(model string, longest, goodput, jain float64) *world {
	return w.finds(model, "overload", map[string]float64{
		"max_ms": 900, "admit_max_ms": longest, "goodput_per_s": 5000, "admit_goodput_per_s": goodput, "admit_jain_index": jain,
	}, "admit_jain_index")
}

func closedAt(ratio float64) *world {
	return new(world).finds("epoll", "closed", map[string]float64{"closed_over_open_p99_ratio": ratio})
}

// stalled is a window of 1 s with a stall of 299 to 302 ms in it.
func stalled(open, closed float64) *world {
	figures := map[string]float64{
		"window_ms": 1000, "stall_least_ms": 299, "stall_most_ms": 302,
		"open_p99_ms": open, "closed_p99_ms": closed, "quiet_closed_p99_ms": 1,
	}
	return new(world).finds("epoll", "omission", figures, "window_ms", "stall_least_ms", "stall_most_ms")
}

var openLoopWorlds = map[string]map[Verdict]*world{
	"overload": {
		Confirmed:    new(world).flooded("threadpool", 40, 4900, 1).flooded("hybrid", 30, 5000, 0.99),
		Smaller:      new(world).flooded("threadpool", 500, 4900, 1).flooded("hybrid", 30, 5000, 0.99),
		Refuted:      new(world).flooded("threadpool", 40, 3000, 1).flooded("hybrid", 30, 5000, 0.99),
		Inconclusive: new(world).flooded("threadpool", 40, 4900, 1),
	},
	"closed-lies": {
		Confirmed:    closedAt(0.5),
		Smaller:      closedAt(0.9),
		Refuted:      closedAt(1.2),
		Inconclusive: closedAt(0.8),
	},
	"omission": {
		Confirmed:    stalled(290, 1.2),
		Refuted:      stalled(5, 1.2),
		Inconclusive: stalled(305, 1.2),
	},
}

func init() {
	maps.Copy(worlds, openLoopWorlds)
	soonDecided["omission"] = true // by bounds, not by an estimate
}

func TestAdmissionMustBeFair(t *testing.T) {
	w := new(world).flooded("threadpool", 40, 4900, 0.5).flooded("hybrid", 30, 5000, 1)
	assert.Equal(t, Refuted, entry(t, w.run, "overload").Verdict)
}

func TestAStallThatAClosedLoopShowsIsNotHidden(t *testing.T) {
	assert.Equal(t, Refuted, entry(t, stalled(290, 200).run, "omission").Verdict)
}

// The length of a stall is known to lie between two bounds, and what is made of it does too, in one round as well.
func TestBoundedFigures(t *testing.T) {
	e := Evidence{only(stalled(290, 1).run, func(r result.Record) bool { return r.Round == 3 })}
	f := e.bounded("epoll", "omission", openOfStall)
	assert.InDelta(t, 290./292, f.Low, 1e-9)
	assert.InDelta(t, 290./289, f.High, 1e-9)
	v, why := Between(0.95, 1.05).judge(f)
	assert.Equal(t, Confirmed, v, why)
	wide := Evidence{stalled(290, 1).run}.bounded("epoll", "omission", openOfStall)
	assert.Less(t, wide.Low, f.Low, "of several rounds the widest bounds")
	assert.Equal(t, 6, wide.Rounds)

	f = e.bounded("epoll", "omission", func(map[string]float64) (low, high float64) { return 1, math.NaN() })
	assert.Equal(t, "omission of epoll lacks figures", f.Missing)
	f = e.bounded("thread", "omission", openOfStall)
	assert.Equal(t, "omission of thread was not measured in this run", f.Missing)
	low, high := closedOfStall(map[string]float64{"closed_p99_ms": 1, "quiet_closed_p99_ms": 4, "stall_least_ms": 100, "stall_most_ms": 300})
	assert.InDelta(t, -0.03, low, 1e-9)
	assert.InDelta(t, -0.01, high, 1e-9)
}

func TestOpenLoopVerdicts(t *testing.T) {
	for _, c := range openLoop {
		for want, w := range openLoopWorlds[c.ID] {
			e := entry(t, w.run, c.ID)
			assert.Equal(t, want, e.Verdict, "%s: %+v", c.ID, e.Findings)
		}
	}
	assert.Len(t, openLoopWorlds, len(openLoop))
}
