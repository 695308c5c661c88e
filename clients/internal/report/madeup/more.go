package madeup

import (
	"fmt"
	"math/rand/v2"

	"github.com/HdrHistogram/hdrhistogram-go"

	"c10klab/clients/internal/result"
)

// Full is All with what only some plans measure: scale, churn, an open loop's load, bursts, cliffs, histograms.
func Full() *Run {
	m := All()
	m.histograms()
	rng := rand.New(rand.NewPCG(3, 4))
	around := func(center float64) (six []float64) {
		for range 6 {
			six = append(six, center*(1+0.03*rng.NormFloat64()))
		}
		return six
	}
	for i, n := range []int{1, 10, 100, 1000, 10000} {
		at := func(r *result.Record) { r.Connections, r.Metric = n, result.Rate }
		m.Add("thread", "scale", at, around(0.9-0.1*float64(i))...).Add("crew", "scale", at, around(0.7-0.1*float64(i))...)
		m.Add("hybrid", "scale", at, around(0.9)...).Add("proactor", "scale", at, around(0.95+0.06*float64(i))...)
	}
	m.Add("select", "scale", func(r *result.Record) {
		r.Connections, r.Outcome, r.Reason = 10000, result.Bound, "stops at 1,015: of 10,000 clients 1,015 were answered"
	}, 1)
	visits := func(r *result.Record) {
		r.Connections, r.Visits, r.Metric, r.Load = 0, 8, result.Rate, "visits: connect, one request, reset"
	}
	m.Add("epoll", "churn", visits, Twins...)
	m.Add("iterative", "churn", visits, around(1.3)...).Add("process", "churn", visits, around(0.05)...).Add("thread", "churn", visits, around(0.7)...)
	m.capacity()
	m.cliff()
	return m
}

// capacity adds what an open loop found: the response time over the load, up to where it ends.
func (m *Run) capacity() {
	m.load("epoll", 90_000)
	m.load("thread", 60_000)
	m.load("goroutine", 75_000)
	m.load("hybrid", 70_000)
	m.load("process", 40_000)
}

func (m *Run) load(name string, most float64) {
	for round := 1; round <= 6; round++ {
		m.Add(name, "capacity", func(r *result.Record) {
			r.Round, r.Connections, r.Metric, r.Ratio, r.App = round, 64, result.Figures, 0, "echo"
			r.Load = "open loop, Poisson"
			r.Contender, r.Reference = result.Side{Service: name}, result.Side{}
			r.Figures = map[string]float64{"capacity_per_s": most * (1 + 0.01*float64(round))}
			for _, offered := range []float64{2000, 5000, 10_000, 20_000, 40_000, 60_000, 80_000, 100_000} {
				rho := min(offered/most/1.03, 0.995)
				at := fmt.Sprintf("@%.0f", offered)
				r.Figures["p99_us"+at] = 80 / (1 - rho) * (1 + 0.05*float64(round))
				r.Figures["p50_us"+at] = 25 / (1 - rho/2)
				r.Figures["rate_per_s"+at] = min(offered, most)
			}
		}, 1)
	}
}

// cliff adds ends, and some that have none.
func (m *Run) cliff() {
	at := func(clients int, stops float64, errno string) func(*result.Record) {
		return func(r *result.Record) {
			r.Connections, r.Metric, r.Ratio = clients, result.Figures, 0
			r.Contender, r.Reference = result.Side{}, result.Side{}
			if stops > 0 {
				r.Figures, r.Notes = map[string]float64{"stops_at": stops}, map[string]string{"errno": errno}
			}
		}
	}
	m.Add("select", "cliff", at(1024, 1015, ""), 1).Add("process", "cliff", at(4096, 3987, "EAGAIN"), 1)
	m.Add("thread", "cliff", at(12_000, 11_985, "EAGAIN"), 1).Add("epoll", "cliff", at(20_000, 0, ""), 1)
	m.Add("goroutine", "cliff", at(20_000, 19_990, "EMFILE"), 1).Add("proactor", "cliff", at(20_000, 0, ""), 1)
}

// histograms gives each trial with one client some response times.
func (m *Run) histograms() {
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range m.Records {
		r := &m.Records[i]
		if r.Experiment != "latency" || r.Outcome != result.OK {
			continue
		}
		r.Contender.Histogram = histogram(rng, 25_000*r.Ratio)
		r.Reference.Histogram = histogram(rng, 25_000)
	}
}

// histogram is of a thousand response times around a median in ns, some of them far off.
func histogram(rng *rand.Rand, median float64) string {
	h := hdrhistogram.New(1, 1e10, 2)
	for range 1000 {
		ns := median * (1 + 0.1*rng.NormFloat64())
		if rng.Float64() < 0.02 {
			ns *= 1 + 5*rng.ExpFloat64()
		}
		_ = h.RecordValue(int64(max(ns, 1000))) // it is within the range
	}
	text, err := h.EncodeV2()
	if err != nil {
		panic(err) // of a histogram that was made here
	}
	return string(text)
}
