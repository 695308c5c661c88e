package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

const (
	rollTime     = 5 * time.Second        // in which every connection must have been answered before the window
	rollAfter    = 2 * time.Second        // and after it
	declaredTime = 300 * time.Millisecond // in which those that a K-of-N model serves must be answered
)

// measure fills in the record of one cell. It returns an error if the trial's
// other cells make no sense after it: a process died, or a connection's reply
// was wrong.
func (t *Trial) measure(ctx context.Context, e experiment.Experiment, c experiment.Cell, rec *result.Record) *lostError {
	var err error
	if e.Ask != nil {
		err = t.ask(ctx, e, c, rec)
	} else {
		if declared := t.model.Declared(c.Clients()); declared != "" {
			return t.declared(ctx, c, declared, rec)
		}
		err = t.load(ctx, e, c, rec)
	}
	if err == nil {
		return nil
	}
	var bound *boundError
	if errors.As(err, &bound) {
		rec.Outcome, rec.Reason = result.Bound, bound.Error()
		return nil
	}
	rec.Outcome, rec.Reason = t.why(ctx, rec, err)
	return &lostError{rec.Outcome, rec.Reason}
}

// lostError says why the rest of a trial makes no sense.
type lostError struct {
	outcome result.Outcome
	reason  string
}

func (e *lostError) Error() string { return e.reason }

// put gives a cell that could not be measured the outcome of what went wrong before it.
func (e *lostError) put(rec *result.Record) { rec.Outcome, rec.Reason = e.outcome, e.reason }

// load connects, calls the roll, looks what the threads wait in, loads both
// sides and calls the roll again.
func (t *Trial) load(ctx context.Context, e experiment.Experiment, c experiment.Cell, rec *result.Record) error {
	if err := t.connectHerd(ctx, c.Idle, rec); err != nil {
		return err
	}
	contender, reference, err := t.connect(ctx, e, c)
	if err != nil {
		return err
	}
	defer contender.Close()
	defer reference.Close()
	if rec.Contender.Answering, err = rollCall(ctx, contender, t.contender.Name, c.Connections+c.Visits); err != nil {
		return err
	}
	if rec.Reference.Answering, err = rollCall(ctx, reference, t.reference.Name, c.Connections+c.Visits); err != nil {
		return err
	}
	if err := t.waits(ctx, c, rec); err != nil {
		return err
	}
	sides := experiment.Sides{Contender: contender, Reference: reference, Hold: t.hold(ctx)}
	ev, err := t.loaded(ctx, e, sides, c, rec)
	if err != nil {
		return err
	}
	ev.rolls = t.rollAgain(ctx, contender, reference, c)
	t.judge(e, c, ev, rec)
	return t.bottleneck(ctx, e, contender, reference, c, rec)
}

// loaded puts the load on, and reads the meters around it. A contender that runs
// unasked stands still at both readings, as it does whenever it is not its turn.
func (t *Trial) loaded(ctx context.Context, e experiment.Experiment, s experiment.Sides, c experiment.Cell, rec *result.Record) (ev evidence, err error) {
	hold := func(stop bool) error {
		if s.Hold == nil {
			return nil
		}
		return s.Hold(stop)
	}
	if err := hold(true); err != nil {
		return ev, err
	}
	rest := t.restOf(ctx, e) // around all else: what it asks of the meters is no part of the window
	ev.counters(0, t.bench.Machine.Counters)
	if ev.before, err = t.read(ctx); err != nil {
		return ev, err
	}
	if err = t.readCPU(ctx, &ev.before); err != nil { // what the whole reading took is not the window's
		return ev, err
	}
	var loadErr error
	ev.paired, loadErr = e.Load(ctx, t.bench.engine, s, c)
	held := hold(true)
	var edge [2]control.Reading
	err = t.readCPU(ctx, &edge)
	var after error
	ev.after, after = t.read(ctx)
	for i := range ev.after {
		ev.after[i].SetCPU(edge[i])
	}
	ev.counters(1, t.bench.Machine.Counters)
	rest.end(ctx, t.units())
	err = errors.Join(loadErr, held, err, after, hold(false), t.fill(rec, ev.paired, ev.before, ev.after))
	rest.tell(rec)
	return ev, err
}

// hold returns what stops the contender and lets it go on; nil for one that
// runs only when it is asked.
func (t *Trial) hold(ctx context.Context) func(stop bool) error {
	if !t.model.Restless {
		return nil
	}
	return func(stop bool) error {
		name := "CONT"
		if stop {
			name = "STOP"
		}
		if _, err := t.contender.Meter.Signal(ctx, name); err != nil {
			return fmt.Errorf("SIG%s to %s: %w", name, t.contender.Name, err)
		}
		return nil
	}
}

// fill puts down what the load gave, and what the meters read around it.
func (t *Trial) fill(rec *result.Record, p engine.Paired, before, after [2]control.Reading) error {
	rec.Slices, rec.Figures = p.Slices, p.Figures
	rec.Ratio = p.Ratio
	if rec.Metric == result.Response {
		rec.Ratio = 0
		if c, r := median(p.Contender), median(p.Reference); c > 0 && r > 0 {
			rec.Ratio = c / r
		}
	}
	return errors.Join(
		fillSide(&rec.Contender, p.Contender, before[0], after[0]),
		fillSide(&rec.Reference, p.Reference, before[1], after[1]))
}

func median(m engine.Measured) float64 {
	if m.Latency == nil || m.Latency.TotalCount() == 0 {
		return 0
	}
	return float64(m.Latency.ValueAtPercentile(50))
}

func fillSide(s *result.Side, m engine.Measured, before, after control.Reading) error {
	s.Requests, s.Total, s.Seconds, s.Rate = m.Requests, m.Total, m.Seconds, m.Rate()
	s.Answering = max(s.Answering, m.Answering)
	s.Errors, s.Fairness = m.Errors, m.Fairness.Jain
	if m.Wall > 0 {
		s.Busy = m.ClientCPU.Seconds() / m.Wall.Seconds()
	}
	if m.Total > 0 {
		n := float64(m.Total)
		s.CPU = (after.CPU - before.CPU) / n * 1e6
		s.User = (after.User - before.User) / n * 1e6
		s.System = (after.System - before.System) / n * 1e6
		s.ClientCPU = float64(m.ClientCPU.Nanoseconds()) / n / 1e3
		s.Switches = (after.Voluntary + after.Involuntary - before.Voluntary - before.Involuntary) / n
	}
	s.Throttled = after.Throttled - before.Throttled
	s.CPUSource = after.CPUSource
	s.Resident, s.Memory, s.MemoryKernel = before.Resident, before.Memory, before.MemoryKernel
	s.ResidentKind = before.ResidentKind
	s.Threads, s.Processes, s.Descriptors = before.Threads, before.Processes, before.Descriptors
	return s.SetLatency(m.Latency)
}

// read reads both meters, contender first.
func (t *Trial) read(ctx context.Context) (r [2]control.Reading, err error) {
	g, ctx := errgroup.WithContext(ctx)
	for i, u := range []*Unit{t.contender, t.reference} {
		g.Go(func() (err error) {
			r[i], err = u.Meter.Metrics(ctx)
			return err
		})
	}
	return r, g.Wait()
}

// readCPU reads what belongs to a window's edge, and puts it into the readings.
func (t *Trial) readCPU(ctx context.Context, into *[2]control.Reading) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, u := range []*Unit{t.contender, t.reference} {
		g.Go(func() error {
			r, err := u.Meter.CPUTimes(ctx)
			into[i].SetCPU(r)
			return err
		})
	}
	return g.Wait()
}

// declared shows what a model that serves K of N by nature does with N. Who is
// connected already is served, and counts.
func (t *Trial) declared(ctx context.Context, c experiment.Cell, declared string, rec *result.Record) *lostError {
	answered, err := t.answered(ctx, c.Clients()-t.idle)
	if err != nil {
		rec.Outcome, rec.Reason = t.why(ctx, rec, err)
		return &lostError{rec.Outcome, rec.Reason}
	}
	answered += t.idle
	rec.Contender.Answering = answered
	rec.Outcome, rec.Reason = result.Declared, declared
	if want := t.model.Served(c.Clients()); answered != want {
		rec.Outcome = result.Failed
		rec.Reason = fmt.Sprintf("declared to serve %s, and answered %d", declared, answered)
	}
	return nil
}

// answered connects so many clients to the contender and counts who is answered.
func (t *Trial) answered(ctx context.Context, clients int) (int, error) {
	conns, err := t.bench.engine.Dial(ctx, t.contender.Addr(protocol.Echo), clients)
	if err != nil {
		return 0, err
	}
	defer conns.Close()
	return conns.Check(ctx, declaredTime)
}
