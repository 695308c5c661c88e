package claims

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// world is a made-up run.
type world struct{ run result.Run }

// spread is what six rounds of one cell are multiplied by.
var spread = []float64{0.99, 1.005, 1, 0.995, 1.01, 1}

// shows adds six rounds of a model in a cell: its rate or response time, and its CPU, over the reference's.
func (w *world) shows(model string, c cell, ratio, cpu float64, change ...func(*result.Record)) *world {
	for i, off := range spread {
		r := result.Record{
			Round: i + 1, Trial: 1000*len(model) + i, Model: model, Twin: model == "epoll", Outcome: result.OK,
			Experiment: c.experiment, Connections: c.connections, Idle: c.idle, Ratio: ratio * off,
			Contender: result.Side{CPU: 10 * cpu * off, Waits: &protocol.Waits{Serving: map[string]int{"epoll_pwait": 1}}},
			Reference: result.Side{CPU: 10},
		}
		for _, f := range change {
			f(&r)
		}
		w.run.Records = append(w.run.Records, r)
	}
	return w
}

// quiet is a world in which the reference's twins differ by nearly nothing.
func quiet() *world {
	w := new(world)
	for _, c := range []cell{alone, busy, thousand, herd(0), herd(900), herd(5000)} {
		w.shows("epoll", c, 1, 1)
	}
	return w
}

// climbs adds a herd of which each idle client costs so many ns.
func (w *world) climbs(model string, ns float64) *world {
	for _, idle := range []int{0, 100, 300, 900} {
		w.shows(model, herd(idle), 1, 1+ns*float64(idle)/10e3)
	}
	return w
}

// holds adds idle clients each of which takes so many bytes.
func (w *world) holds(model string, bytes float64) *world {
	for _, idle := range []int{0, 100, 1000} {
		w.shows(model, cell{"memory", 1, idle}, 1, 1, func(r *result.Record) {
			r.Contender.Resident, r.Contender.MemoryKernel = 4e6+bytes/2*float64(idle), 1e6+bytes/2*float64(idle)
		})
	}
	return w
}

func waitsIn(call string) func(*result.Record) {
	return func(r *result.Record) { r.Contender.Waits = &protocol.Waits{Serving: map[string]int{call: 1}} }
}

// worlds are, for each claim, runs and what they must say of it.
var worlds = map[string]map[Verdict]*world{
	"switching-costs": {
		Confirmed: quiet().shows("thread", thousand, 0.50, 2),
		Smaller:   quiet().shows("thread", thousand, 1/1.07, 1),
		Refuted:   quiet().shows("thread", thousand, 1.2, 1),
	},
	"polling-wastes": {
		Confirmed: quiet().shows("polling", herd(900), 8, 20),
		Smaller:   quiet().shows("polling", herd(900), 3, 3),
		Refuted:   quiet().shows("polling", herd(900), 1, 0.9),
	},
	"scan-linear": {
		Confirmed: quiet().climbs("select", 100).climbs("poll", 50),
		Refuted:   quiet().climbs("select", 100).climbs("poll", 2),
	},
	"epoll-flat": {
		Confirmed: quiet(),
		Refuted:   new(world).shows("epoll", herd(0), 1, 1).shows("epoll", herd(900), 1, 1).shows("epoll", herd(5000), 1, 3),
	},
	"few-idle-tie": {
		Confirmed: quiet().shows("select", busy, 1.02, 0.99).shows("poll", busy, 1.2, 0.8),
		Refuted:   quiet().shows("select", busy, 1.02, 0.99).shows("poll", busy, 0.8, 1.2),
	},
	"edge-helps-little": {
		Confirmed: quiet().shows("epolledge", busy, 1.01, 1),
		Refuted:   quiet().shows("epolledge", busy, 1.3, 1),
	},
	"selector-picks": {
		Confirmed:    quiet().shows("selectors", busy, 1, 1.01),
		Refuted:      quiet().shows("selectors", busy, 1, 1.3),
		Inconclusive: quiet().shows("selectors", busy, 1, 1.01, waitsIn("ppoll")),
	},
	"three-threads": {
		Confirmed: quiet().shows("thread", busy, 0.6, 1).shows("crew", busy, 0.9, 1),
		Refuted:   quiet().shows("thread", busy, 0.6, 1).shows("crew", busy, 0.4, 1),
	},
	"uring-faster": {
		Confirmed: quiet().shows("proactor", thousand, 1.6, 1).shows("proactor", alone, 1.01, 1),
		Smaller:   quiet().shows("proactor", thousand, 1.1, 1).shows("proactor", alone, 1.01, 1),
		Refuted:   quiet().shows("proactor", thousand, 1, 1).shows("proactor", alone, 1.01, 1),
		Unsupported: quiet().shows("proactor", cell{}, 0, 0, func(r *result.Record) {
			r.Experiment, r.Outcome, r.Reason = "thousand", result.Unsupported, "io_uring blocked by the seccomp profile"
		}).shows("proactor", alone, 1.01, 1),
	},
	"goroutine-memory": {
		Confirmed: quiet().holds("thread", 27_000).holds("goroutine", 10_000),
		Smaller:   quiet().holds("thread", 15_000).holds("goroutine", 10_000),
		Refuted:   quiet().holds("thread", 90_000).holds("goroutine", 10_000),
	},
}

// soonDecided are the claims that two rounds decide: those of counts, and of figures of which a trial has several.
var soonDecided = map[string]bool{}

func entry(t *testing.T, run result.Run, id string) Entry {
	t.Helper()
	c, found := Find(id)
	require.True(t, found, "no such claim: %s", id)
	return c.judge(Evidence{run})
}

func TestEveryClaimGetsEveryVerdict(t *testing.T) {
	for _, c := range All() {
		require.Contains(t, worlds[c.ID], Confirmed, c.ID)
		require.Contains(t, worlds[c.ID], Refuted, c.ID)
		for want, w := range worlds[c.ID] {
			e := entry(t, w.run, c.ID)
			assert.Equal(t, want, e.Verdict, "%s: %+v", c.ID, e.Findings)
		}
		confirmed := worlds[c.ID][Confirmed].run

		few := entry(t, only(confirmed, func(r result.Record) bool { return r.Round <= 2 }), c.ID)
		if soonDecided[c.ID] {
			assert.Equal(t, Confirmed, few.Verdict, c.ID)
		} else {
			assert.Equal(t, Inconclusive, few.Verdict, c.ID)
			assert.Contains(t, few.Findings[0].Why, "too few rounds", c.ID)
		}

		nothing := entry(t, result.Run{}, c.ID)
		assert.Equal(t, Inconclusive, nothing.Verdict, c.ID)
		assert.NotEmpty(t, nothing.Findings[0].Why, c.ID)

		withheld := result.Run{Manifest: confirmed.Manifest}
		for _, r := range confirmed.Records {
			if r.Outcome, r.Reason = result.Withheld, "a gate"; !r.Twin {
				withheld.Records = append(withheld.Records, r)
			}
		}
		assert.Equal(t, Inconclusive, entry(t, withheld, c.ID).Verdict, "%s: what a gate withheld decides nothing", c.ID)
	}
	assert.Len(t, worlds, len(All()))
}

// only is the part of a run that keep lets through.
func only(run result.Run, keep func(result.Record) bool) result.Run {
	part := result.Run{Manifest: run.Manifest}
	for _, r := range run.Records {
		if keep(r) {
			part.Records = append(part.Records, r)
		}
	}
	return part
}

// Two runs that differ by noise alone never say the opposite.
func TestNoOppositeVerdicts(t *testing.T) {
	opposite := map[Verdict][]Verdict{Confirmed: {Refuted}, Smaller: {Refuted}}
	for id, of := range worlds {
		for _, w := range of {
			first := entry(t, w.run, id).Verdict
			shifted := result.Run{Manifest: w.run.Manifest}
			for i, r := range w.run.Records {
				r.Ratio *= 1 + 0.01*float64(i%3-1)
				r.Contender.CPU *= 1 + 0.01*float64(i%3-1)
				shifted.Records = append(shifted.Records, r)
			}
			second := entry(t, shifted, id).Verdict
			assert.NotContains(t, opposite[first], second, id)
			assert.NotContains(t, opposite[second], first, id)
		}
	}
}

func TestClaimsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All() {
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, c.ID)
		assert.False(t, seen[c.ID], c.ID)
		seen[c.ID] = true
		assert.NotEmpty(t, c.Says, c.ID)
		assert.NotEmpty(t, c.Source, c.ID)
		assert.NotEmpty(t, c.Scope, c.ID)
		assert.NotEmpty(t, c.Tests, c.ID)
		for _, test := range c.Tests {
			assert.NotEmpty(t, test.What, c.ID)
			assert.NotEmpty(t, test.Needs, c.ID)
		}
	}
	_, found := Find("switching-costs")
	assert.True(t, found)
	_, found = Find("nobody-said-so")
	assert.False(t, found)
}

// What is between two models has the noise of both.
func TestNoiseOfTwo(t *testing.T) {
	w := quiet().shows("thread", busy, 0.6, 1).shows("crew", busy, 0.5, 1)
	e := Evidence{w.run}
	one, two := e.against("crew", busy, ratio), e.between("crew", "thread", busy, ratio)
	require.Positive(t, one.Floor)
	assert.InDelta(t, math.Sqrt2*one.Floor, two.Floor, 1e-9)
}
