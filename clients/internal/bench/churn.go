package main

import (
	"os/exec"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"c10klab/clients/internal/engine"
)

// What a process for each connection costs is mostly a program's start. So the
// service is held against nothing but that: os/exec starting an empty static Go
// program and waiting for its end. Both sides have the server's CPU for parent and children, and
// have the same number going on at a time, enough that this CPU never waits.
const (
	together    = 4                      // conversations, or starts, at a time
	churnSlice  = 250 * time.Millisecond // measured after each change of side
	churnSettle = 25 * time.Millisecond  // thrown away before that: the other side's last children end
)

var churnFigure = []figure{{what: "process / os/exec of an empty program, clients / starts", bar: 0.5}}

// churnOnce has clients come and go at the service (connect, one echo, close by
// reset, and again), and starts the empty program, in slices that alternate.
func churnOnce(b *bench) ([]float64, error) {
	empty, err := b.goYardstick("nothing")
	if err != nil {
		return nil, err
	}
	s, err := b.startService("process", "echo")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	// The engine's thread is pinned, and never blocks in the runtime's poller, which isn't.
	e, err := engine.New(engine.Options{CPU: b.clientCPU, Traffic: engine.Echo(requestBytes)})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	clients, err := e.Churn(b.ctx, s.addr, together)
	if err != nil {
		return nil, err
	}
	defer clients.Close()
	starts := &repeated{cpu: b.serverCPU, act: func() error { return exec.Command(empty).Run() }}
	plan := engine.Plan{Time: pairTime, Warm: churnSettle, Discard: churnSettle, Measure: churnSlice}
	p, err := paired(b.ctx, clients, starts, plan)
	if err != nil {
		return nil, s.explain(err)
	}
	return []float64{p.Ratio}, nil
}

// repeated is something done again and again on one CPU, several at a time: one
// side of a pair.
type repeated struct {
	cpu int
	act func() error
}

// Slice goes on for both times, and counts what ended in the second. The threads
// block in their system calls, so that the runtime's poller, which isn't pinned, has no part in it.
func (r *repeated) Slice(discard, measure time.Duration) (engine.Slice, error) {
	var done, total atomic.Uint64
	begin := time.Now()
	var all errgroup.Group
	for range together {
		all.Go(func() error {
			return on(r.cpu, func() error {
				for {
					if err := r.act(); err != nil {
						return err
					}
					total.Add(1)
					switch at := time.Since(begin); {
					case at >= discard+measure:
						return nil
					case at >= discard:
						done.Add(1)
					}
				}
			})
		})
	}
	err := all.Wait()
	return engine.Slice{Requests: done.Load(), Total: total.Load(), Seconds: measure.Seconds(), Answering: together}, err
}
