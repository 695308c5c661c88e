package try

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/services/protocol"
)

// Windows of load, both sides together, and what goes with them.
const (
	busyWindow   = 700 * time.Millisecond // 64 connections
	singleWindow = 250 * time.Millisecond // 1 connection
	rollTime     = 5 * time.Second        // in which every connection must have been answered before a window
	rollAfter    = 2 * time.Second        // and after it
	stopTime     = 10 * time.Second       // for a service to end; the meter kills one that is overdue
)

// pair measures one service beside the committed one, both in fresh processes.
func (s *session) pair(ctx context.Context, contender *unit) (p Pair, err error) {
	both := [2]*unit{contender, s.committed}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		for _, u := range both {
			err = errors.Join(err, u.stop(ctx))
		}
	}()
	for _, u := range both {
		if err := u.fresh(ctx); err != nil {
			return p, explain(ctx, err, both[:]...)
		}
	}
	busy, before, after, err := s.load(ctx, both, s.clients, s.window(busyWindow))
	if err != nil {
		return p, explain(ctx, err, both[:]...)
	}
	single, _, _, err := s.load(ctx, both, 1, s.window(singleWindow))
	if err != nil {
		return p, explain(ctx, err, both[:]...)
	}
	p.Contender = figures(busy.Contender, single.Contender, before[0], after[0])
	p.Reference = figures(busy.Reference, single.Reference, before[1], after[1])
	return p, nil
}

func figures(busy, single engine.Measured, before, after control.Reading) (f Figures) {
	f[Rate] = busy.Rate()
	f[CPU] = (after.CPU - before.CPU) / float64(busy.Total) * 1e6
	f[Response] = float64(single.Latency.ValueAtPercentile(50)) / 1e3
	return f
}

// load opens n connections to each of the two, calls the roll, loads them by
// turns between two readings of their meters, and calls the roll again.
func (s *session) load(ctx context.Context, both [2]*unit, n int, window time.Duration) (p engine.Paired, before, after [2]control.Reading, err error) {
	var groups [2]*engine.Group
	for i, u := range both {
		if groups[i], err = s.engine.Dial(ctx, u.Addr(protocol.Echo), n); err != nil {
			return p, before, after, err
		}
		defer groups[i].Close()
	}
	if err = roll(ctx, both, groups, n, rollTime); err != nil {
		return p, before, after, err
	}
	if err = s.hold(ctx, both, true); err != nil {
		return p, before, after, err
	}
	if before, err = read(ctx, both); err != nil {
		return p, before, after, err
	}
	p, loadErr := s.byTurns(ctx, both, groups, n, window)
	err = errors.Join(loadErr, ctx.Err(), s.hold(ctx, both, true))
	if err != nil {
		return p, before, after, err
	}
	if after, err = read(ctx, both); err != nil {
		return p, before, after, err
	}
	if err = errors.Join(s.hold(ctx, both, false), sound(both, p)); err != nil {
		return p, before, after, err
	}
	return p, before, after, roll(ctx, both, groups, n, rollAfter)
}

// byTurns loads the two in slices; one connection to each, request by request. A
// model that runs unasked has slices in any case: to stop it takes longer than a request.
func (s *session) byTurns(ctx context.Context, both [2]*unit, groups [2]*engine.Group, n int, window time.Duration) (engine.Paired, error) {
	if n == 1 && !s.restless {
		warm := window / 10
		return s.engine.Alternate(ctx, groups[0], groups[1], warm, window-warm, false)
	}
	plan := engine.Plan{Time: window, Connections: n}
	if !s.restless {
		return engine.Pair(ctx, groups[0], groups[1], plan)
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	active := -1 // load has stopped both
	plan.Measure = experiment.LongSlice
	plan.OnSwitch = func(side engine.Side) {
		next := 0
		if side == engine.Side(groups[1]) {
			next = 1
		}
		if next == active {
			return
		}
		if err := errors.Join(both[1-next].hold(ctx, true), both[next].hold(ctx, false)); err != nil {
			end(err) // no further slice begins
		}
		active = next
	}
	return engine.Pair(ctx, groups[0], groups[1], plan)
}

// hold stops both where they run unasked, or lets them go on.
func (s *session) hold(ctx context.Context, both [2]*unit, still bool) error {
	if !s.restless {
		return nil
	}
	return errors.Join(both[0].hold(ctx, still), both[1].hold(ctx, still))
}

func read(ctx context.Context, both [2]*unit) (r [2]control.Reading, err error) {
	g, ctx := errgroup.WithContext(ctx)
	for i, u := range both {
		g.Go(func() (err error) {
			r[i], err = u.meter.Metrics(ctx)
			return err
		})
	}
	return r, g.Wait()
}

// roll has every connection answered once.
func roll(ctx context.Context, both [2]*unit, groups [2]*engine.Group, n int, within time.Duration) error {
	for i, u := range both {
		answered, err := groups[i].Check(ctx, within)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("%s: %w", u.Name, err)
		case answered < n:
			return fmt.Errorf("%s: of %d clients %d were answered within %v", u.Name, n, answered, within)
		}
	}
	return nil
}

// sound says what makes a window's figures worthless.
func sound(both [2]*unit, p engine.Paired) error {
	for i, m := range []engine.Measured{p.Contender, p.Reference} {
		switch {
		case m.Errors.Total() > 0:
			return fmt.Errorf("%s: %d connections failed under load: %s", both[i].Name, m.Errors.Total(), m.Errors)
		case m.Requests == 0:
			return fmt.Errorf("%s answered nothing under load", both[i].Name)
		}
	}
	return nil
}
