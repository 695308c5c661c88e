package madeup

import (
	"math/rand/v2"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// All is a run of every model, with figures that are made up but likely.
func All() *Run {
	m := New(models.Names()...)
	m.Family("blocking", "iterative", "process", "prefork", "thread", "crew", "threadpool", "threadingserver", "forkingserver")
	m.Family("polling", "polling", "events")
	m.Family("readiness", "select", "poll", "epoll", "epolledge", "selectors", "reactor", "multireactor", "hybrid")
	m.Family("coroutine", "generator", "greenlet", "goroutine")
	m.Family("completion", "proactor")
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
			m.Add(name, "latency", waits, Twins...).Add(name, "throughput", waits, Twins...)
			continue
		case "iterative":
			m.Add(name, "latency", waits, around(1)...)
			m.Add(name, "throughput", func(r *result.Record) {
				r.Outcome, r.Reason, r.Contender.Waits = result.Declared, known.Declared(64), nil
			}, 0, 0)
			continue
		}
		m.Add(name, "latency", waits, around(1+0.03*float64(i%5))...).Add(name, "throughput", waits, around(center)...)
	}
	m.idle()
	m.Add("thread", "thousand", nil, around(0.46)...).Add("epoll", "thousand", nil, Twins[:6]...)
	m.Add("epolledge", "thousand", nil, around(0.98)...).Add("proactor", "thousand", nil, around(1.15)...)
	return m
}

// idle adds herds, and the memory of idle connections.
func (m *Run) idle() {
	for trial := 1; trial <= 6; trial++ {
		for _, idle := range []int{0, 100, 300, 900, 5000} {
			for i, name := range []string{"polling", "select", "poll", "epoll", "epolledge"} {
				if idle <= 900 || i > 1 {
					ns := []float64{310, 45, 24, 0.1, 0.1}[i] + 0.05*float64(trial)
					m.Add(name, "herd", Step(1000+10*trial+i, idle, 204.8, ns), 1+ns/50000*float64(idle))
				}
			}
		}
		for _, idle := range []int{0, 100, 200} {
			m.Add("process", "memory", Step(2000+trial, idle, 1.9e6, 0), 1)
			m.Add("crew", "memory", Step(2010+trial, idle, 6e4, 0), 1)
			m.Add("hybrid", "memory", func(r *result.Record) {
				Step(2020+trial, idle, 6e4, 0)(r)
				r.Contender.MemoryKernel = 7e4 * float64(idle)
			}, 1)
		}
	}
}
