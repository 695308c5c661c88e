package claims

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
)

// switches are so many per second of CPU: of coroutines, and of threads and processes.
func switchesOf(coroutines, others float64) *world {
	w := new(world)
	for _, kind := range []string{"generator", "greenlet", "goroutine"} {
		w.finds(kind, "switch", map[string]float64{"per_cpu_s": coroutines})
	}
	for _, kind := range []string{"thread", "process"} {
		w.finds(kind, "switch", map[string]float64{"per_cpu_s": others})
	}
	return w
}

// waitsFor is a select whose client gets its reply after that part of the time-out, and that CPU while nobody asks.
func waitsFor(part, idleMS float64) *world {
	figures := map[string]float64{"idle_cpu_ms_per_s": idleMS}
	for step, us := range map[string]float64{"@1000": 1e6, "@4000": 4e6} {
		figures["reply_low_us"+step], figures["reply_high_us"+step] = 0.9*part*us+60, 1.1*part*us+900
	}
	return new(world).answers("select", "interval", figures)
}

// sets hold that many descriptors as the limit of the process rises.
func sets(at1024, at4096, bits float64) *world {
	return new(world).answers("limit-2048", "facts", map[string]float64{
		"fd_setsize": bits, "fdset_highest@1024": at1024 - 1, "fdset_highest@4096": at4096 - 1, "highest@512": 511, "highest@4096": 4095,
	})
}

// stopping adds that select stops there.
func (w *world) stopping(reason string) *world {
	w.run.Records = append(w.run.Records, result.Record{
		Round: 1, Trial: 99, Model: "select", Experiment: "scale", Connections: 10000, Outcome: result.Bound, Reason: reason,
	})
	return w
}

// walk is a select whose sockets are at the highest descriptors, and a poll, over what they cost at the lowest.
func walk(selects, polls float64) *world {
	w := new(world)
	for i, off := range spread {
		w.run.Records = append(w.run.Records, result.Record{
			Round: i + 1, Trial: i, Model: "fdsetsize-walk", Experiment: "facts", Outcome: result.OK,
			Figures: map[string]float64{"select_low_ns": 500 * off, "select_high_ns": 500 * selects * off, "poll_low_ns": 500, "poll_high_ns": 500 * polls * off},
		})
	}
	return w
}

func file(selects, polls, errno float64) *world {
	return new(world).answers("regular-file", "facts", map[string]float64{"file_select_read": selects, "file_poll_read": polls, "file_epoll_errno": errno})
}

func swaps(pairs float64) *world {
	return new(world).finds("unlocked", "lock", map[string]float64{"swapped": pairs})
}

// closing is how many descriptors are left, and whether a client is told the end though one copy is kept.
func closing(left, ended float64) *world {
	w := new(world)
	for kind, figures := range map[string]map[string]float64{
		"process": {"ended_kept": ended, "ended_closed": 1, "served_closed": 1},
		"thread":  {"served_closed": 0, "served_kept": 1},
	} {
		w.answers(kind, "copies", figures).answers(kind, "descriptors", map[string]float64{"descriptors_left": left})
	}
	return w
}

var kernelWorlds = map[string]map[Verdict]*world{
	"coroutine-switch": {
		Confirmed:    switchesOf(5e6, 4e5),
		Refuted:      switchesOf(5e5, 4e5),
		Inconclusive: switchesOf(5e6, 1e6),
	},
	"select-interval": {
		Confirmed:    waitsFor(0.5, 3),
		Refuted:      waitsFor(0, 0),
		Inconclusive: waitsFor(0.1, 3),
	},
	"select-1024": {
		Confirmed:    sets(1024, 4096, 1024).stopping("stops at 4,087: EMFILE"),
		Refuted:      sets(1024, 1024, 1024).stopping("stops at 1,015: of 10,000 clients 1,015 were answered within 5s"),
		Inconclusive: sets(1024, 4096, 1024).stopping("it died"),
	},
	"limit-2048": {
		Confirmed: new(world).answers("limit-2048", "facts", map[string]float64{"fd_setsize": 2048, "highest@512": 9999, "highest@4096": 9999}),
		Refuted:   sets(1024, 1024, 1024),
	},
	"fdsetsize-walk": {
		Confirmed:    walk(1.01, 1),
		Refuted:      walk(1.3, 1),
		Inconclusive: walk(1.01, 1.3), // what can't differ does
	},
	"regular-file":   {Confirmed: file(0, 0, 0), Refuted: file(1, 1, 1)},
	"no-lock-needed": {Confirmed: swaps(0), Refuted: swaps(25)},
	"parent-closes":  {Confirmed: closing(0, 0), Refuted: closing(1000, 0)},
}

func init() {
	maps.Copy(worlds, kernelWorlds)
	for _, id := range []string{"select-interval", "select-1024", "limit-2048", "regular-file", "parent-closes"} { // by counts and bounds
		soonDecided[id] = true
	}
}

func TestKernelClaimsGetEveryVerdict(t *testing.T) {
	for id, of := range kernelWorlds {
		for want, w := range of {
			e := entry(t, w.run, id)
			assert.Equal(t, want, e.Verdict, "%s: %+v", id, e.Findings)
		}
	}
	assert.Len(t, kernelWorlds, len(kernel))
	assert.Equal(t, Refuted, entry(t, closing(0, 1).run, "parent-closes").Verdict, "one copy would end the connection")
}

func TestKernelClaimsNeedWhatThereIs(t *testing.T) {
	for _, c := range kernel {
		for _, test := range c.Tests {
			for _, n := range test.Needs {
				_, err := experiment.Find(n.Experiment)
				assert.NoError(t, err, c.ID)
			}
		}
	}
}

func TestStopsAreToldByCountsAndByReasons(t *testing.T) {
	w := new(world).stopping("stops at 1,015: of 2,000 clients").stopping("stops below 900: it serves 100")
	assert.Equal(t, 1015., Evidence{w.run}.stops("select").Median)
	w.run.Records = append(w.run.Records, result.Record{Model: "select", Experiment: "cliff", Outcome: result.OK, Figures: map[string]float64{"stops_at": 1014}})
	assert.Equal(t, 1014., Evidence{w.run}.stops("select").Median)
	assert.Equal(t, "poll was not brought to where it stops in this run", Evidence{w.run}.stops("poll").Missing)
}

// A limit that could not be tried leaves the other half of the claim to decide.
func TestMoreNeedsBoth(t *testing.T) {
	e := Evidence{new(world).answers("limit-2048", "facts", map[string]float64{"highest@512": 511}).run}
	assert.Equal(t, "facts of limit-2048 was not measured in this run", e.more("limit-2048", "facts", "highest@4096", "highest@512").Missing)
	assert.Equal(t, "facts of limit-2048 was not measured in this run", e.more("limit-2048", "facts", "highest@512", "highest@4096").Missing)
}
