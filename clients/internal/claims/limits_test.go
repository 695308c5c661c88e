package claims

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/result"
)

// pours adds what a burst of 1,000 sees with a backlog of 5 and of 4096: the 99th percentile of connects, and who must try again.
func pours(p99of5, retried5, retried4096 float64) *world {
	return new(world).finds("epoll", "burst", map[string]float64{
		"connect_p99_us@5": p99of5, "connect_p99_us@4096": 20e3, "retried@5": retried5, "retried@4096": retried4096,
	})
}

// gains adds what a second CPU gives to each of these models.
func gains(ratio float64, models ...string) *world {
	return new(world).gains(ratio, models...)
}

func (w *world) gains(ratio float64, models ...string) *world {
	for _, m := range models {
		figures := map[string]float64{"two_over_one_ratio": ratio}
		if m == "goroutine" {
			figures["procs1_two_over_one_ratio"] = 1
		}
		w.finds(m, "cores", figures)
	}
	return w
}

// deals adds how 4 workers are loaded with one socket and with one each, and what that does to the tail.
func deals(shared, each, tail float64) *world {
	return new(world).
		finds("multireactor", "spread", map[string]float64{"shared_busiest_ratio": shared, "reuseport_busiest_ratio": each}).
		finds("multireactor", "tail", map[string]float64{"reuseport_over_shared_p99_ratio": tail})
}

func holdsOf10000(answered map[string]float64) *world {
	w := new(world)
	for model, n := range answered {
		w.finds(model, "c10k", map[string]float64{"answered": n}, "answered")
	}
	for i := range w.run.Records {
		if w.run.Records[i].Figures["answered"] < 10000 {
			w.run.Records[i].Outcome = result.Bound
		}
	}
	return w
}

// refuses has the machine say of a model's experiment that it can't be made.
func (w *world) refuses(experiment, why string) *world {
	for i := range w.run.Records {
		if r := &w.run.Records[i]; r.Experiment == experiment {
			r.Outcome, r.Reason, r.Figures = result.Unsupported, why, nil
		}
	}
	return w
}

var limitWorlds = map[string]map[Verdict]*world{
	"c10k": {
		Confirmed:    holdsOf10000(map[string]float64{"epoll": 10000, "select": 1015}),
		Refuted:      holdsOf10000(map[string]float64{"epoll": 9000, "select": 1015}),
		Inconclusive: new(world),
	},
	"backlog": {
		Confirmed:    pours(1e6, 750, 0),
		Refuted:      pours(20e3, 0, 0),
		Smaller:      pours(30e3, 750, 0),
		Inconclusive: pours(1e6, 10, 0),
	},
	"coroutines-cpu": {
		Confirmed:    gains(1, "generator", "greenlet", "epoll"),
		Refuted:      gains(1, "generator", "greenlet").gains(1.9, "epoll"),
		Inconclusive: gains(1, "generator", "greenlet").gains(1.05, "epoll"),
		Unsupported:  gains(1, "generator", "greenlet", "epoll").refuses("cores", "1 CPU"),
	},
	"goroutine-cpu": {
		Confirmed:    gains(1, "goroutine", "thread", "process"),
		Refuted:      gains(1.9, "goroutine", "thread", "process"),
		Inconclusive: gains(1.7, "goroutine", "thread", "process"),
		Unsupported:  gains(1, "goroutine", "thread", "process").refuses("cores", "1 CPU"),
	},
	"python-threads": {
		Confirmed:    gains(0.9, "python"),
		Refuted:      gains(1.9, "python"),
		Inconclusive: gains(1.9, "thread"),
	},
	"reuseport-spread": {
		Confirmed:    deals(2.4, 1.1, 1.5),
		Smaller:      deals(1.2, 1.1, 1.5),
		Refuted:      deals(1, 1.1, 1.5),
		Inconclusive: deals(1.5, 1.1, 1.5),
		Unsupported:  deals(2.4, 1.1, 1.5).refuses("tail", "fewer than 4 CPUs"),
	},
}

func init() {
	maps.Copy(worlds, limitWorlds)
	soonDecided["c10k"] = true // a count
}

func TestLimitVerdicts(t *testing.T) {
	for _, c := range limits {
		for want, w := range limitWorlds[c.ID] {
			e := entry(t, w.run, c.ID)
			assert.Equal(t, want, e.Verdict, "%s: %+v", c.ID, e.Findings)
		}
	}
	assert.Len(t, limitWorlds, len(limits))
}

func TestTheWorstRoundOfTheBestModelCounts(t *testing.T) {
	w := holdsOf10000(map[string]float64{"epoll": 10000})
	w.run.Records[3].Figures["answered"] = 9999
	assert.Equal(t, Refuted, entry(t, w.run, "c10k").Verdict)
	for i := range w.run.Records {
		w.run.Records[i].Outcome, w.run.Records[i].Reason = result.Failed, "epoll died"
	}
	assert.Equal(t, "c10k of epoll: failed: epoll died", entry(t, w.run, "c10k").Findings[0].Why)
}

func TestNoPythonServer(t *testing.T) {
	e := entry(t, gains(1.9, "thread").run, "python-threads")
	assert.Equal(t, "no service takes part in this run that is labelled lab.model: python", e.Findings[0].Why)
}

// What epoll costs beside a small herd says nothing of far more than 1,024; that it stops there does.
func TestTheHerdOfEpollFlatMustBeLarge(t *testing.T) {
	small := only(quiet().run, func(r result.Record) bool { return r.Idle < 1000 })
	e := entry(t, small, "epoll-flat")
	assert.Equal(t, Inconclusive, e.Verdict, "%+v", e.Findings)
	assert.Equal(t, "herd of epoll had no more than 901 clients in this run", e.Findings[1].Why)

	stops := small.Records[len(small.Records)-1]
	stops.Idle, stops.Outcome = 5000, result.Bound
	small.Records = append(small.Records, stops)
	e = entry(t, small, "epoll-flat")
	assert.Equal(t, Refuted, e.Verdict, "%+v", e.Findings)
	assert.EqualValues(t, 901, e.Findings[1].Median)
}
