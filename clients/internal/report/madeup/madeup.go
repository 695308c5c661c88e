// Package madeup makes results by hand, for tests of what is made of results.
package madeup

import (
	"slices"

	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// Run is a run of which the test says what each model's ratios are, round by round.
type Run struct{ result.Run }

// New is a run of these models, without results.
func New(models ...string) *Run {
	m := &Run{}
	m.Manifest = result.Manifest{
		Complete: true, Network: "loopback", Pinning: pin.Choice{Client: 1, Servers: []int{0}}, Plan: result.Plan{Seed: 1},
	}
	for _, name := range models {
		m.Manifest.Services = append(m.Manifest.Services, result.Participant{Service: target.Service{Name: name, Model: name}})
	}
	return m
}

// Family says of which family the models are.
func (m *Run) Family(name string, models ...string) {
	for i := range m.Manifest.Services {
		if p := &m.Manifest.Services[i]; slices.Contains(models, p.Model) {
			p.Family = name
		}
	}
}

// Add adds a round for each ratio (with more than six, two a round); change may alter the records.
func (m *Run) Add(model, experiment string, change func(*result.Record), ratios ...float64) *Run {
	for i, ratio := range ratios {
		round := i + 1
		if len(ratios) > 6 { // two twins a round
			round = i/2 + 1
		}
		r := result.Record{
			Version: 1, Round: round, Trial: len(m.Records) + 1, Experiment: experiment, Model: model, Twin: model == "epoll",
			Connections: 1, Outcome: result.OK, Ratio: ratio, Metric: result.Response,
		}
		switch experiment {
		case "throughput":
			r.Connections, r.Metric = 64, result.Rate
		case "thousand":
			r.Connections, r.Metric = 1000, result.Rate
		}
		r.Contender = result.Side{Service: model, Rate: 100_000 * ratio, Latency: result.Latency{P50: 50 * ratio}}
		if ratio > 0 {
			r.Contender.CPU = 5 / ratio
		}
		r.Contender.Waits = &protocol.Waits{Serving: map[string]int{"epoll_pwait": 1}}
		r.Reference = result.Side{Service: "epoll", Rate: 100_000, CPU: 5, Latency: result.Latency{P50: 50}}
		if change != nil {
			change(&r)
		}
		m.Records = append(m.Records, r)
	}
	return m
}

// Twins are ratios of the reference to itself.
var Twins = []float64{1.01, 0.99, 1.02, 0.98, 1.00, 1.01, 0.99, 1.00, 1.01, 0.99, 1.02, 0.98}

// Step is one step of a herd: so many idle ones, each of which adds so much.
func Step(trial, idle int, bytes, nanoseconds float64) func(*result.Record) {
	return func(r *result.Record) {
		r.Idle, r.Trial = idle, trial
		r.Contender.Resident = 4e6 + bytes*float64(idle)
		r.Contender.MemoryKernel = 1e6 + 2048*float64(idle)
		r.Contender.CPU = 20 + nanoseconds/1000*float64(idle)
	}
}
