package claims

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
)

// answers adds rounds of counts, or of other figures, that don't differ between rounds.
func (w *world) answers(model, in string, figures map[string]float64) *world {
	for i := range spread {
		w.run.Records = append(w.run.Records, result.Record{
			Round: i + 1, Trial: 1000*len(model) + i, Model: model, Outcome: result.OK, Experiment: in, Figures: figures,
		})
	}
	return w
}

// seconds are models that answer the second client beside the first, or after it.
func seconds(beside float64, models ...string) *world {
	w := new(world)
	for _, m := range models {
		w.answers(m, "second", map[string]float64{"second_connected": 1, "second_answered_beside": beside, "second_answered": 1})
	}
	return w
}

func (w *world) and(other *world) *world {
	w.run.Records = append(w.run.Records, other.run.Records...)
	return w
}

// full are pools that answer client K+1 beside the others, or after one.
func full(beside float64) *world {
	w := new(world)
	for _, m := range []string{"prefork", "threadpool"} {
		w.answers(m, "second", map[string]float64{"all_answered": 1, "next_answered_beside": beside, "next_answered": 1})
	}
	return w
}

// costs is a churn in which a visit to each model costs so many times what it costs epoll.
func costs(of map[string]float64) *world {
	w := new(world).shows("epoll", visits, 1, 1)
	for model, cpu := range of {
		w.shows(model, visits, 1, cpu)
	}
	return w
}

// shared is what 100 clients that wait get of what they could.
func shared(pools, threads, loop float64) *world {
	w := new(world)
	add := func(of float64, models ...string) {
		for _, m := range models {
			w.answers(m, "wait", map[string]float64{"share@1": of, "share@2": 0.99 * of, "share@3": 1.01 * of, "replies_per_s": 9000})
		}
	}
	add(pools, "prefork", "threadpool", "hybrid")
	add(threads, "thread", "goroutine", "generator", "greenlet")
	add(loop, "epoll")
	return w
}

// under is a load, and the 99th percentile of the contender's response times over the reference's.
func under(load string, p99 float64) func(*result.Record) {
	return func(r *result.Record) {
		r.Load = load
		r.Contender.Latency.P99, r.Reference.Latency.P99 = 1000*p99*(1+0.001*float64(r.Round)), 1000
	}
}

// helped is hybrid beside epoll: percentiles beside work and wait, CPU alone.
func helped(work, wait, cpu float64) *world {
	w := new(world)
	for _, load := range []string{experiment.BusyAlone, experiment.BusyWork, experiment.BusyWait} {
		w.shows("epoll", beside, 1, 1, under(load, 1))
	}
	return w.shows("hybrid", beside, 1, cpu, under(experiment.BusyAlone, 1)).
		shows("hybrid", beside, 1, 1, under(experiment.BusyWork, work)).
		shows("hybrid", beside, 1, 1, under(experiment.BusyWait, wait))
}

// slowed are models whose quick clients wait so many times longer beside slow ones.
func slowed(times float64) *world {
	w := new(world)
	for _, m := range []string{"select", "poll", "epoll", "thread", "process", "goroutine", "hybrid", "proactor"} {
		c := cell{"slow", 48, 0}
		both := func(r *result.Record) { r.Reference.Latency.P99 = r.Contender.Latency.P99 } // the reference has as many beside it
		w.shows(m, c, 1, 1, under(experiment.SlowAlone, 1), both).shows(m, c, 1, 1, under(experiment.SlowBeside, times), both)
	}
	return w
}

func accepting(errors, jain, cpu float64) *world {
	return costs(map[string]float64{"threadpool": 2, "prefork": 2 * cpu}).
		answers("prefork", "fair", map[string]float64{"errors": errors, "jain": jain}).
		answers("threadpool", "fair", map[string]float64{"errors": 0, "jain": 1})
}

var connectionWorlds = map[string]map[Verdict]*world{
	"one-at-a-time": {
		Confirmed:    seconds(0, "iterative").and(seconds(1, "thread", "epoll")),
		Refuted:      seconds(0, "iterative").and(seconds(1, "thread")).and(seconds(0, "epoll")),
		Inconclusive: seconds(0, "iterative"),
	},
	"second-cannot-connect": {
		Confirmed: new(world).answers("iterative", "second", map[string]float64{"second_connected": 0}),
		Refuted:   seconds(0, "iterative"),
	},
	"n-accepts": {
		Confirmed: full(0),
		Refuted:   full(1),
	},
	"process-costs": {
		Confirmed: costs(map[string]float64{"iterative": 0.8, "process": 45, "prefork": 1.5, "thread": 2}),
		Smaller:   costs(map[string]float64{"iterative": 0.8, "process": 6, "prefork": 1.2, "thread": 2}),
		Refuted:   costs(map[string]float64{"iterative": 0.8, "process": 1.4, "prefork": 1.5, "thread": 2}),
	},
	"threads-cheaper": {
		Confirmed: costs(map[string]float64{"iterative": 0.8, "process": 45, "thread": 2}).and(quiet().holds("thread", 20_000).holds("process", 600_000)),
		Smaller:   costs(map[string]float64{"iterative": 0.8, "process": 3, "thread": 2}).and(quiet().holds("thread", 20_000).holds("process", 600_000)),
		Refuted:   costs(map[string]float64{"iterative": 0.8, "process": 45, "thread": 2}).and(quiet().holds("thread", 700_000).holds("process", 600_000)),
	},
	"pool-beats-spawn": {
		Confirmed: costs(map[string]float64{"process": 45, "prefork": 1.5, "thread": 2, "threadpool": 1.5}),
		Smaller:   costs(map[string]float64{"process": 45, "prefork": 1.5, "thread": 1.65, "threadpool": 1.5}),
		Refuted:   costs(map[string]float64{"process": 45, "prefork": 1.5, "thread": 1.2, "threadpool": 1.5}),
	},
	"accept-not-threads": {
		Confirmed: accepting(5, 0.6, 1.4),
		Refuted:   accepting(0, 0.99, 0.9),
	},
	"io-bound": {
		Confirmed:    shared(0.95, 0.95, 0.01),
		Refuted:      shared(0.95, 0.95, 0.5),
		Inconclusive: shared(0.8, 0.95, 0.01),
	},
	"hybrid-saves": {
		Confirmed: helped(0.05, 0.02, 1.3),
		Smaller:   helped(0.5, 0.02, 1.3),
		Refuted:   helped(0.05, 0.02, 1.9),
	},
	"slow-clients": {
		Confirmed: slowed(3),
		Smaller:   slowed(1.15),
		Refuted:   slowed(1),
	},
}

func init() {
	maps.Copy(worlds, connectionWorlds)
	for _, id := range []string{"one-at-a-time", "second-cannot-connect", "n-accepts", "io-bound"} {
		soonDecided[id] = true
	}
}

func TestConnectionVerdicts(t *testing.T) {
	for _, c := range connections {
		for want, w := range connectionWorlds[c.ID] {
			e := entry(t, w.run, c.ID)
			assert.Equal(t, want, e.Verdict, "%s: %+v", c.ID, e.Findings)
		}
	}
	assert.Len(t, connectionWorlds, len(connections))
}

// What costs what iterative does is no denominator; where it is a numerator it does no harm.
func TestDifferenceNearZero(t *testing.T) {
	w := costs(map[string]float64{"iterative": 1, "process": 45, "prefork": 1, "thread": 2})
	assert.Equal(t, Confirmed, entry(t, w.run, "process-costs").Verdict)
	e := Evidence{w.run}
	assert.InDelta(t, 0, e.beyond("prefork", "process", "iterative", visits, cpu).Median, 0.01)
	assert.Contains(t, e.beyond("process", "prefork", "iterative", visits, cpu).Missing, "no denominator")
	assert.InDelta(t, 44, e.beyond("process", "thread", "iterative", visits, cpu).Median, 2)
	assert.Contains(t, e.beyond("process", "crew", "iterative", visits, cpu).Missing, "churn at 0 of crew was not measured")

	apart := costs(map[string]float64{"iterative": 1, "process": 45})
	late := costs(map[string]float64{"thread": 2})
	for i := range late.run.Records {
		late.run.Records[i].Round += 10
	}
	assert.Contains(t, Evidence{apart.and(late).run}.beyond("thread", "process", "iterative", visits, cpu).Missing, "no round has")
}

// A percentile that too few replies tell decides nothing, and the reason is told.
func TestTooFewReplies(t *testing.T) {
	w := helped(0.05, 0.02, 1.3)
	for i := range w.run.Records {
		if r := &w.run.Records[i]; r.Load == experiment.BusyWork {
			r.Contender.Latency.P99, r.Reference.Latency.P99 = 0, 0
		}
	}
	e := entry(t, w.run, "hybrid-saves")
	assert.Equal(t, Inconclusive, e.Verdict)
	assert.Contains(t, e.Findings[0].Why, "too few replies")
	assert.Contains(t, entry(t, result.Run{}, "hybrid-saves").Findings[0].Why, "was not measured")
}

func TestModelsThatAreNotSupportedAnswerNobody(t *testing.T) {
	w := seconds(0, "iterative").and(seconds(1, "thread"))
	w.run.Records = append(w.run.Records, result.Record{Model: "proactor", Experiment: "second", Outcome: result.Unsupported, Reason: "no ring"})
	assert.Equal(t, Confirmed, entry(t, w.run, "one-at-a-time").Verdict)
	w.run.Records = append(w.run.Records, result.Record{Model: "poll", Experiment: "second", Outcome: result.Failed, Reason: "died"})
	e := entry(t, w.run, "one-at-a-time")
	require.Equal(t, Inconclusive, e.Verdict)
	assert.Contains(t, e.Findings[2].Why, "died")
}

// Pools of several sizes count together with the usual one.
func TestPoolsOfAllSizesCount(t *testing.T) {
	w := shared(0.95, 0.95, 0.01).answers("prefork", "pools", map[string]float64{"share@8": 0.2, "share@64": 0.2, "share@128": 0.2})
	f := Evidence{w.run}.steps("prefork", "share@", "wait", "pools")
	assert.Equal(t, 36, f.Rounds)
	assert.Equal(t, "wait of epoll was not measured in this run", Evidence{}.steps("epoll", "share@", "wait").Missing)
}
