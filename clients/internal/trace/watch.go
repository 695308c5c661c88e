package trace

import (
	"math"
	"slices"

	"c10klab/clients/internal/models"
)

// watch sorts the calls of a service's threads into lanes, step by step.
type watch struct {
	t        *tracer
	lanes    []*lane
	restless bool // the model asks everybody, always
	periodic bool // it looks around by the clock
}

func newWatch(t *tracer, model string) *watch {
	m, _ := models.Find(model)
	w := &watch{t: t, restless: m.Restless, periodic: m.Restless || slices.Contains(m.Sizes, "poll")}
	t.note = func(th *thread, c Call, at int) { w.of(th).add(th, c, at, t.calls) }
	return w
}

// of is the lane of a thread.
func (w *watch) of(th *thread) *lane {
	key := laneKey{pid: th.pid}
	if th.pid == w.t.main && th.serves {
		key.tid = th.tid
	}
	for _, l := range w.lanes {
		if l.key == key {
			return l
		}
	}
	l := &lane{key: key, first: math.MaxInt, began: math.MaxInt}
	l.named = key.tid != 0 || key.pid != w.t.main
	l.poller = w.t.nameless
	w.lanes = append(w.lanes, l)
	return l
}

// rounds finds the threads that go round and round, in models that do.
func (w *watch) rounds(since int) map[*thread]bool {
	out := map[*thread]bool{}
	if w.periodic {
		for _, l := range w.lanes {
			if l.round(since) != nil {
				out[l.last] = true
			}
		}
	}
	return out
}

// step tells what was done since the last step, and what all threads wait in now.
func (w *watch) step() (out []Lane) {
	waiting := map[*lane][]Call{}
	for _, th := range w.t.threads {
		l := w.of(th)
		if round := w.periodic && l.round(0) != nil; th.inside && w.t.matters(th) && !round {
			th.seated = true
			waiting[l] = append(waiting[l], th.call)
			l.serve(th.call, th.at)
		}
	}
	for _, l := range w.lanes {
		told := Lane{lane: l, Calls: l.calls(w.restless), Waits: waiting[l]}
		if w.periodic {
			told.Round = l.round(0)
		}
		for _, c := range slices.Concat(told.Calls, told.Waits, told.Round) {
			l.loops = l.loops || kinds[c.Name] == waits
		}
		if l.noted = nil; len(told.Calls)+len(told.Waits)+len(told.Round) > 0 {
			out = append(out, told)
		}
	}
	return out
}

// finish names the lanes by all that they did, and puts them in order.
func (w *watch) finish(t *Trace) {
	equals := map[string]int{}
	for _, l := range w.lanes {
		equals[w.who(l)]++
	}
	tell := func(lanes []Lane) {
		slices.SortStableFunc(lanes, func(a, b Lane) int { return order(a.lane, b.lane) })
		for i := range lanes {
			if lanes[i].Who = w.who(lanes[i].lane); equals[lanes[i].Who] > 1 { // else it serves all
				lanes[i].For = lanes[i].lane.clients
			}
		}
	}
	for i := range t.Start {
		t.Start[i].Calls = nil // half of them were made before the port was known
	}
	t.Start = slices.DeleteFunc(t.Start, func(l Lane) bool { return len(l.Waits)+len(l.Round) == 0 })
	tell(t.Start)
	for _, s := range t.Steps {
		tell(s.Lanes)
	}
}

func (w *watch) who(l *lane) string {
	switch {
	case l.key.pid != w.t.main:
		return "process"
	case l.key.tid == 0 && w.t.nameless:
		return "runtime"
	case l.key.tid == 0:
		return "acceptor"
	case l.loops:
		return "loop"
	}
	return "thread"
}
