package report

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// all is a run of every model, with figures that are made up but likely.
func all() *made {
	m := newMade(models.Names()...)
	m.family("blocking", "iterative", "process", "prefork", "thread", "crew", "threadpool", "threadingserver", "forkingserver")
	m.family("polling", "polling", "events")
	m.family("readiness", "select", "poll", "epoll", "epolledge", "selectors", "reactor", "multireactor", "hybrid")
	m.family("coroutine", "generator", "greenlet", "goroutine")
	m.family("completion", "proactor")
	rng := rand.New(rand.NewPCG(1, 2))
	around := func(center float64) (six []float64) {
		for range 6 {
			six = append(six, center*(1+0.02*rng.NormFloat64()))
		}
		return six
	}
	for i, name := range models.Names() {
		known, _ := models.Find(name)
		waits := func(r *result.Record) {
			w := protocol.Waits{Serving: map[string]int{}}
			for _, s := range known.Seats {
				if n := s.Fixed + s.Each*known.Served(r.Connections); n > 0 && !s.Spare {
					w.Serving[s.Calls[0]] += n
				}
				if s.Pool {
					w.Serving[s.Calls[0]] = 64
				}
			}
			r.Contender.Waits = &w
		}
		center := 1 - 0.02*float64(i%9)
		switch name {
		case "epoll":
			m.add(name, "latency", waits, twins...).add(name, "throughput", waits, twins...)
			continue
		case "iterative":
			m.add(name, "latency", waits, around(1)...)
			m.add(name, "throughput", func(r *result.Record) {
				r.Outcome, r.Reason, r.Contender.Waits = result.Declared, known.Declared(64), nil
			}, 0, 0)
			continue
		}
		m.add(name, "latency", waits, around(1+0.03*float64(i%5))...).add(name, "throughput", waits, around(center)...)
	}
	m.idle()
	m.add("thread", "thousand", nil, around(0.46)...).add("epoll", "thousand", nil, twins[:6]...)
	m.add("epolledge", "thousand", nil, around(0.98)...).add("proactor", "thousand", nil, around(1.15)...)
	return m
}

// idle adds herds, and the memory of idle connections.
func (m *made) idle() {
	for trial := 1; trial <= 6; trial++ {
		for _, idle := range []int{0, 100, 300, 900, 5000} {
			for i, name := range []string{"polling", "select", "poll", "epoll", "epolledge"} {
				if idle <= 900 || i > 1 {
					ns := []float64{310, 45, 24, 0.1, 0.1}[i] + 0.05*float64(trial)
					m.add(name, "herd", step(1000+10*trial+i, idle, 204.8, ns), 1+ns/50000*float64(idle))
				}
			}
		}
		for _, idle := range []int{0, 100, 200} {
			m.add("process", "memory", step(2000+trial, idle, 1.9e6, 0), 1)
			m.add("crew", "memory", step(2010+trial, idle, 6e4, 0), 1)
			m.add("hybrid", "memory", func(r *result.Record) {
				step(2020+trial, idle, 6e4, 0)(r)
				r.Contender.MemoryKernel = 7e4 * float64(idle)
			}, 1)
		}
	}
}

func TestEveryModel(t *testing.T) {
	m := all()
	for i := range m.run.Records {
		if r := &m.run.Records[i]; r.Model == "hybrid" && r.Experiment == "throughput" && r.Round == 3 {
			r.Outcome, r.Reason = result.Withheld, "hybrid: it should wait in epoll_pwait, futex x64 and waits in futex x63, epoll_pwait, running"
		}
	}
	m.run.Manifest.Services[7].Unsupported = "unsupported here: nothing can be forked"
	text := m.text()
	t.Log("\n" + text)
	main := text[strings.Index(text, "waits in"):]
	last := -1
	for _, name := range models.Names() {
		at := strings.Index(main, "\n "+name+" ")
		assert.Greater(t, at, last, "%s, in the order of telling", name)
		last = at
	}
	for _, family := range []string{"blocking", "polling", "readiness", "coroutine", "completion"} {
		assert.Contains(t, main, "\n"+family+"\n")
	}
	assert.Contains(t, line(t, main, "crew"), "futex+read")
	assert.Contains(t, line(t, main, "polling"), "nothing (spins)")
	assert.Contains(t, main, "hybrid: withheld: it should wait in epoll_pwait, futex x64 and waits")
	assertNarrow(t, text)
}
