package main

import (
	"fmt"
	"time"
)

// side is one of two servers that are compared.
type side struct {
	label string
	start func(b *bench) (*server, error)
}

// service is services/NAME, serving echo alone.
func service(name string) side {
	return side{name, func(b *bench) (*server, error) { return b.startService(name, "echo") }}
}

// inC is tests/yardstick/NAME.c.
func inC(name string) side {
	return side{"C " + name, func(b *bench) (*server, error) { return b.startYardstick(name) }}
}

// inGo is the Go program in tests/yardstick/NAME.
func inGo(name string) side {
	return side{"Go " + name, func(b *bench) (*server, error) { return b.startGoYardstick(name) }}
}

// race compares two servers under the same load.
type race struct {
	name         string
	ours, theirs side
	connections  int
	rate         float64 // the ratio of round trips is at least this; 0: it is not looked at
	cpu          float64 // the ratio of CPU a request is at most this; 0 likewise. The servers are one process each
}

func (r race) figures() (out []figure) {
	what := fmt.Sprintf("%s / %s, %d connections, ", r.ours.label, r.theirs.label, r.connections)
	if r.rate > 0 {
		out = append(out, figure{what: what + "round trips", bar: r.rate})
	}
	if r.cpu > 0 {
		out = append(out, figure{what: what + "CPU a request", bar: r.cpu, atMost: true})
	}
	return out
}

// values are the figures' in their order.
func (r race) values(rate, cpu float64) (out []float64) {
	if r.rate > 0 {
		out = append(out, rate)
	}
	if r.cpu > 0 {
		out = append(out, cpu)
	}
	return out
}

// once loads the two in turn.
func (r race) once(b *bench) ([]float64, error) {
	ours, err := r.ours.start(b)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	theirs, err := r.theirs.start(b)
	if err != nil {
		return nil, err
	}
	defer theirs.stop()
	// A client each: both sides' connections would be too many for one process at 10,000.
	left, err := b.client(ours, r.connections)
	if err != nil {
		return nil, err
	}
	defer left.Close()
	right, err := b.client(theirs, r.connections)
	if err != nil {
		return nil, err
	}
	defer right.Close()
	before, err := cpuOf(ours, theirs)
	if err != nil {
		return nil, err
	}
	p, err := pair(b.ctx, left, right, r.connections)
	if err != nil {
		return nil, err
	}
	after, err := cpuOf(ours, theirs)
	if err != nil {
		return nil, err
	}
	// An idle server uses no CPU, so the clocks at the edges hold its own slices alone.
	mine := (after[0] - before[0]).Seconds() / float64(p.Contender.Total)
	other := (after[1] - before[1]).Seconds() / float64(p.Reference.Total)
	return r.values(p.Ratio, mine/other), nil
}

func cpuOf(servers ...*server) ([]time.Duration, error) {
	var out []time.Duration
	for _, s := range servers {
		d, err := s.cpu()
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
