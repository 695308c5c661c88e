package experiment

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Churn: clients that connect, ask once and leave. What it costs a server to take a client and to let it go: the
// price of a process or a thread for each. Above some 20,000 visits a second the client is what is busy, so CPU per
// visit is compared and not the rate.
var churn = Experiment{
	Name:   "churn",
	About:  "8 clients at a time that connect, ask once and leave: what it costs to take a client",
	Metric: result.Rate,
	Cells:  []Cell{{Visits: 8, Window: 450 * time.Millisecond, Load: "visits: connect, one request, reset"}},
	Open:   visits,
	Load:   visitsByTurns,
}

// afterwards is what is thrown away after each change of side: a process that ends after its client works in the other's time.
const afterwards = 25 * time.Millisecond

func visitsByTurns(ctx context.Context, _ *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	return slicesOf(ctx, s, engine.Plan{Time: c.Window, Discard: afterwards, Measure: 2 * afterwards})
}

func visits(ctx context.Context, e Engines, side Address, c Cell) (Conns, error) {
	own, err := e.Engine("visits", engine.Options{})
	if err != nil {
		return nil, err
	}
	churn, err := own.Churn(ctx, side(protocol.Echo), c.Visits)
	if err != nil {
		return nil, err
	}
	return visitors{churn}, nil
}

// visitors are clients that come and go: the roll is called by a visit.
type visitors struct{ *engine.Churn }

func (v visitors) Check(ctx context.Context, within time.Duration) (answered int, err error) {
	got, err := v.Steady(ctx, 0, min(within, 20*time.Millisecond))
	if err != nil {
		return 0, err
	}
	if n := got.Errors.Total(); n > 0 {
		return got.Answering, fmt.Errorf("roll call by visits: %v", got.Errors)
	}
	return got.Answering, nil
}
