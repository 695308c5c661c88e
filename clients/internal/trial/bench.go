// Package trial measures one model beside the reference: both in fresh
// processes, everything else stopped, the same client loading them by turns.
package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// Lease is how long a service stays as a trial left it if the lab vanishes.
// Every trial renews it; no single trial may take longer.
const Lease = 60 * time.Second

// claimLease is how long a service stays claimed: until its first trial, or
// the first stop, which come after all have been verified.
const claimLease = 2 * Lease

// Unit is a service under its meter.
type Unit struct {
	target.Target
	Meter    *control.Meter
	stopped  time.Time // when it was last stopped under a lease; zero: it may run
	excluded bool
}

// Bench is all that a run measures with: the services, their meters, one engine.
type Bench struct {
	Units  map[string]*Unit // by service name
	Client int              // the client's CPU; -1: not pinned
	Server int              // the services' first CPU, for probes
	// Untimed leaves out the gates that a machine fails which is busy with something else. It is for tests of what
	// a run does: nothing that is shown was measured so.
	Untimed bool
	Machine Machine // this one, unless a test sets another
	engine  *engine.Engine
	bounds  map[bound]finding // what limits the loads of this run
}

// NewBench connects to nothing yet.
func NewBench(targets []target.Target, client, server int) (*Bench, error) {
	e, err := engine.New(engine.Options{CPU: client})
	if err != nil {
		return nil, err
	}
	b := &Bench{Units: map[string]*Unit{}, bounds: map[bound]finding{}, Client: client, Server: server, Machine: thisMachine, engine: e}
	for _, t := range targets {
		b.Units[t.Name] = &Unit{Target: t, Meter: control.New(t.Control)}
	}
	return b, nil
}

// Close ends the engine. It leaves the services alone: see Restore.
func (b *Bench) Close() {
	b.engine.Close()
	for _, u := range b.Units {
		u.Meter.Close()
	}
}

// Drop takes a service that never came up out of the run.
func (b *Bench) Drop(name string) { delete(b.Units, name) }

// Exclude keeps a service out of the trials; it is stopped with the others and
// given back with them.
func (b *Bench) Exclude(name string) { b.Units[name].excluded = true }

// Takes says whether a service takes part in trials.
func (b *Bench) Takes(name string) bool {
	u, up := b.Units[name]
	return up && !u.excluded
}

// BusyError says that another run holds a service.
type BusyError struct {
	Service string
	Left    time.Duration
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("%s is being measured by another run: wait until that has ended. (If it was killed, the service is free again in %.0f s.)",
		e.Service, e.Left.Seconds())
}

// UnsupportedError says that this machine refuses a service's mechanism, and why.
type UnsupportedError struct{ Why string }

func (e *UnsupportedError) Error() string { return e.Why }

// Claim restarts every service with all applications, under a lease: from now
// on another run sees that they are taken. It fails if they are taken already.
// Services that can't be restarted are returned with the reason.
func (b *Bench) Claim(ctx context.Context) (failed map[string]error, err error) {
	for _, err := range b.each(func(u *Unit) error {
		h, err := u.Meter.Health(ctx)
		if err == nil && h.Lease > 0 {
			return &BusyError{u.Name, time.Duration(h.Lease * float64(time.Second))}
		}
		return nil
	}) {
		return nil, err // one is enough: they are taken together
	}
	failed = b.each(func(u *Unit) error {
		// They are named, though they are all: a meter has a lease only on what differs from the usual.
		h, err := u.Meter.Restart(ctx, u.Apps(), nil, claimLease)
		if err != nil && h.State == protocol.Unsupported {
			return &UnsupportedError{Unsupported(h)}
		}
		return err
	})
	return failed, ctx.Err()
}

// Restore has every service serve all applications again, without a lease. It
// goes through all of them, whatever fails.
func (b *Bench) Restore(ctx context.Context) (failed map[string]error) {
	return b.each(func(u *Unit) error {
		u.stopped = time.Time{}
		_, err := u.Meter.Restart(ctx, nil, nil, 0)
		return err
	})
}

// each does something to every unit, side by side, and returns the errors by service.
func (b *Bench) each(do func(*Unit) error) (failed map[string]error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	failed = map[string]error{}
	for name, u := range b.Units {
		wg.Go(func() {
			if err := do(u); err != nil {
				mu.Lock()
				failed[name] = err
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return failed
}

// stopAll stops every service, and renews the leases of those that are stopped:
// one that serves again would take its share of the CPU. It returns what could
// not be stopped. A meter that does not answer at all is not in that: its
// service is gone, and its own trials say so.
func (b *Bench) stopAll(ctx context.Context) (running string) {
	failed := b.each(func(u *Unit) error {
		if time.Since(u.stopped) < Lease/2 {
			return nil
		}
		return u.stop(ctx)
	})
	var names []string
	for name, err := range failed {
		var refused *control.RefusedError
		if errors.As(err, &refused) {
			names = append(names, fmt.Sprintf("%s (%v)", name, err))
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (u *Unit) stop(ctx context.Context) error {
	if _, err := u.Meter.Stop(ctx, Lease); err != nil {
		return err
	}
	u.stopped = time.Now()
	return nil
}

// freshOn has the unit serve these applications alone in a new process, with these flags further, on the first cpus of its
// CPUs; 0: on all.
func (u *Unit) freshOn(ctx context.Context, cpus int, apps []protocol.App, args ...string) (protocol.Health, error) {
	u.stopped = time.Time{}
	h, err := u.Meter.RestartOn(ctx, cpus, apps, args, Lease)
	if err != nil {
		with := append([]string{protocol.JoinApps(apps) + " alone"}, args...)
		if cpus > 0 {
			with = append(with, fmt.Sprintf("on %d of its CPUs", cpus))
		}
		return h, fmt.Errorf("restarting %s with %s: %w", u.Name, strings.Join(with, " "), err)
	}
	return h, nil
}
