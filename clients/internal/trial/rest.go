package trial

import (
	"context"
	"time"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/result"
)

// restError is the most, for each request, that the kernel's ticks may be wrong by for the figure to be told.
const restError = 2 * time.Microsecond

// rest looks what the rest of the machine does for a load; nil: nobody asks.
type rest struct{ watch }

// restOf begins to look where an experiment is about what lies between client and server.
func (t *Trial) restOf(ctx context.Context, e experiment.Experiment) *rest {
	if !e.Paths {
		return nil
	}
	r := &rest{watch{read: t.bench.Machine.Usage}}
	r.begin(ctx, t.units())
	return r
}

func (r *rest) end(ctx context.Context, units []*Unit) {
	if r != nil {
		r.watch.end(ctx, units)
	}
}

// tell puts it down, where the requests are enough for the kernel's ticks to say.
func (r *rest) tell(rec *result.Record) {
	if r == nil || !r.known {
		return
	}
	n := rec.Contender.Total
	if n == 0 || gate.LoadError/time.Duration(n) > restError {
		return
	}
	if rec.Figures == nil {
		rec.Figures = map[string]float64{}
	}
	rec.Figures[result.OtherCPU] = float64((r.span.Busy - r.own).Nanoseconds()) / 1e3 / float64(n)
}
