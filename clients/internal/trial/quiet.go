package trial

import (
	"context"
	"time"

	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/probe"
)

// watch looks what else the machine does while a trial's services run: gate 0.
type watch struct {
	usage machine.Usage
	own   time.Duration // CPU time of the lab, the services, their meters
	known bool
	span  machine.Span

	read    func() (machine.Usage, error) // nil: this machine's
	carried bool                          // a process that is neither the lab's nor a service's carries the bytes: what else the machine did is that, too
}

// begin reads what has been done so far.
func (w *watch) begin(ctx context.Context, units []*Unit) {
	own, ok := spent(ctx, units)
	usage, err := w.reads()
	w.usage, w.own, w.known = usage, own, ok && err == nil
}

func (w *watch) reads() (machine.Usage, error) {
	if w.read == nil {
		return machine.ReadUsage()
	}
	return w.read()
}

// end reads it again.
func (w *watch) end(ctx context.Context, units []*Unit) {
	own, ok := spent(ctx, units)
	usage, err := w.reads()
	if w.known = w.known && ok && err == nil; w.known {
		w.own, w.span = own-w.own, usage.Since(w.usage)
	}
}

// spent is the CPU time of all that belongs to the trial so far.
func spent(ctx context.Context, units []*Unit) (own time.Duration, ok bool) {
	own = machine.OwnCPU()
	for _, u := range units {
		r, err := u.Meter.CPUTimes(ctx)
		if err != nil {
			return 0, false
		}
		own += seconds(r.CPU + r.MeterCPU)
	}
	return own, true
}

// disturbed says why the machine was not quiet; empty: it was, or it is not known.
func (w *watch) disturbed(before, after *probe.Reading) string {
	var client, server gate.Spin
	if before != nil && after != nil {
		client, server = gate.Spin{Before: before.Client, After: after.Client}, gate.Spin{Before: before.Server, After: after.Server}
	}
	if !w.known {
		return gate.Quiet(client, server, machine.Span{}, 0, false)
	}
	own := w.own
	if w.carried {
		own = w.span.Busy
	}
	return gate.Quiet(client, server, w.span, own, machine.InterruptsApart())
}
