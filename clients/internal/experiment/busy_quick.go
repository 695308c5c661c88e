package experiment

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/services/protocol"
)

// Quick clients ask for an echo at times of their own, whatever the server does: an open loop far below what it could
// do. Their response times are the server's, where those of a closed loop at saturation are its rate in other words.
const (
	quickClients = 48     // with the few others beside them, not more than a pool of 64 serves
	quickRate    = 10_000 // echoes a second of all together
	quickRoom    = 16     // outstanding on each connection: those of a stall of 10 ms, and to spare
	quickSeed    = 7007   // of their times: the same on both sides
)

type quick struct{ *engine.Group }

// Slice is one part of the measurement and not several: the stalls of some milliseconds that handlers make are what is measured
// here, and not a sign that the machine stood still.
func (q quick) Slice(discard, measure time.Duration) (engine.Slice, error) {
	s, err := q.Group.Slice(discard, measure)
	s.Parts = nil
	return s, err
}

func dialQuick(ctx context.Context, e Engines, side Address, c Cell) (*engine.Engine, quick, error) {
	own, err := e.Engine("quick", engine.Options{Arrivals: engine.Poisson(quickRate, quickSeed), Pipeline: quickRoom})
	if err != nil {
		return nil, quick{}, err
	}
	group, err := own.Dial(ctx, side(protocol.Echo), c.Connections)
	return own, quick{group}, err
}

// companions are clients that the measured ones have beside them. They come after the services were asked what their
// threads wait in, for that is expected of the measured ones alone.
type companions interface {
	join(ctx context.Context) error
}

func joinBoth(ctx context.Context, s Sides) error {
	for _, side := range []Conns{s.Contender, s.Reference} {
		c, ok := side.(companions)
		if !ok {
			return fmt.Errorf("quick clients with others beside them are needed on both sides, not %T", side)
		}
		if err := c.join(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Measured parts of slices.
const (
	forPercentile = 270 * time.Millisecond // a round of slices brings 5,000 replies on each side: a 99th percentile takes that many
	forCost       = 25 * time.Millisecond
)

func quickPlan(window, measure time.Duration) engine.Plan {
	return engine.Plan{Time: window, Warm: 20 * time.Millisecond, Discard: 15 * time.Millisecond, Measure: measure}
}
