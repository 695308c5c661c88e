package museum

import (
	"context"
	"fmt"
	"math"
	"time"

	"c10klab/clients/internal/engine"
)

// rankConns are the connections that a table of rates is made with.
const rankConns = 64

// facing starts these servers and opens n connections to each of them, all of one client.
func (r *room) facing(ctx context.Context, n int, hows ...how) ([]*server, []*clients, error) {
	e, err := r.engine(engine.Options{CPU: r.Client})
	if err != nil {
		return nil, nil, err
	}
	servers, all := make([]*server, len(hows)), make([]*clients, len(hows))
	for i, h := range hows {
		if servers[i], all[i], err = r.joined(ctx, e, n, h); err != nil {
			return nil, nil, err
		}
	}
	return servers, all, nil
}

// joined starts one server more for a client that is there already.
func (r *room) joined(ctx context.Context, e *engine.Engine, n int, h how) (*server, *clients, error) {
	s, err := r.serve(h)
	if err != nil {
		return nil, nil, err
	}
	g, err := e.Dial(ctx, s.addr, n)
	if err != nil {
		return nil, nil, err
	}
	r.atEnd(func() error { g.Close(); return nil })
	return s, &clients{e: e, g: g}, nil
}

// briefly is a room within the room: what f starts there ends with f.
func (r *room) briefly(f func(*room) error) error {
	inner := &room{Choice: r.Choice, Options: r.Options}
	err := f(inner)
	if closed := inner.close(); err == nil {
		err = closed
	}
	return err
}

// oneRound is one round A B B A of the lab's paired slices, at the usual length of a window:
// 10 ms thrown away, 25 ms measured.
func oneRound(window time.Duration) engine.Plan {
	return engine.Plan{Time: 1, Warm: window / 100, Discard: window / 100, Measure: window / 40}
}

// ratio is the rate of one side over the other's. A wrong or missing reply is an error.
func ratio(ctx context.Context, contender, reference *clients, plan engine.Plan) (float64, error) {
	p, err := engine.Pair(ctx, contender.g, reference.g, plan)
	if err != nil {
		return 0, err
	}
	if failed := p.Contender.Errors; failed.Total() > 0 {
		return 0, fmt.Errorf("load the contender: %s", failed)
	}
	if failed := p.Reference.Errors; failed.Total() > 0 {
		return 0, fmt.Errorf("load the reference: %s", failed)
	}
	if p.Ratio <= 0 {
		return 0, fmt.Errorf("compare two servers in slices of %v: %w", plan.Measure, errTooShort)
	}
	return p.Ratio, nil
}

// off is how far a ratio is from 1, in %: the same for a ratio and its inverse.
func off(ratio float64) float64 { return 100 * (math.Exp(math.Abs(math.Log(ratio))) - 1) }
