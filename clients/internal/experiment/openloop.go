package experiment

import (
	"context"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/gate"
)

// A percentile needs 50 samples beyond it to be told, so a p99 needs 5,000.
const (
	beyond    = 50
	enoughP99 = 100 * beyond
)

// percentile is that of a histogram in µs; ok is false where it has too few samples beyond it.
func percentile(h *hdrhistogram.Histogram, percent float64) (us float64, ok bool) {
	if h == nil || float64(h.TotalCount())*(100-percent) < 100*beyond {
		return 0, false
	}
	return float64(h.ValueAtPercentile(percent)) / 1e3, true
}

// late says why a percentile of an open loop is the client's rather than the server's; empty: it is the server's.
func late(m engine.Measured, percent float64) string {
	for _, p := range gate.Late(gate.Percentiles(m.Latency, m.Lateness, percent)) {
		return p.Reason()
	}
	return ""
}

// group connects as many of n clients as the model serves at a time, and has each answered once.
func group(ctx context.Context, s Subject, e *engine.Engine, addr string, n int) (*engine.Group, error) {
	n = s.Model().Served(n)
	g, err := e.Dial(ctx, addr, n)
	if err != nil {
		return nil, err
	}
	answered, err := g.Check(ctx, 2*time.Second)
	if err == nil && answered < n {
		err = fmt.Errorf("%d of %d clients were answered within 2s", answered, n)
	}
	if err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// steady loads the group, with requests that are due at those times, for d after a warm-up of a tenth.
func steady(ctx context.Context, e *engine.Engine, g *engine.Group, a engine.Arrivals, d time.Duration) (engine.Measured, error) {
	if err := g.Arrive(a); err != nil {
		return engine.Measured{}, err
	}
	m, err := e.Steady(ctx, g, warm(d), d)
	switch {
	case err != nil:
		return m, err
	case ctx.Err() != nil:
		return m, context.Cause(ctx)
	case m.Errors.Total() > 0:
		return m, fmt.Errorf("%d connections failed under load: %s", m.Errors.Total(), m.Errors.First)
	}
	return m, nil
}
