package check

import (
	"context"
	"errors"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/spike"
)

// pair are all clients but one, and that one.
type pair struct {
	most, one *engine.Group
	slice     func(most, one *engine.Group, discard, measure time.Duration) (engine.Slice, error)
	also      func() // what is closed with them; nil: nothing
}

// joined connects most to addr, and one to its own address, in an engine of its own.
func joined(ctx context.Context, e experiment.Engines, addr, its string, slice func(most, one *engine.Group, discard, measure time.Duration) (engine.Slice, error)) (*pair, error) {
	most, err := spike.Dial(ctx, e, "clients", addr, clients-1)
	if err != nil {
		return nil, err
	}
	one, err := spike.Dial(ctx, e, "one", its, 1)
	if err != nil {
		most.Close()
		return nil, err
	}
	return &pair{most: most, one: one, slice: slice}, nil
}

// Slice loads them as it is said for the two.
func (p *pair) Slice(discard, measure time.Duration) (engine.Slice, error) {
	return p.slice(p.most, p.one, discard, measure)
}

// Check calls the roll of both.
func (p *pair) Check(ctx context.Context, within time.Duration) (answered int, err error) {
	n, errMost := p.most.Check(ctx, within)
	m, errOne := p.one.Check(ctx, within)
	return n + m, errors.Join(errMost, errOne)
}

// Close resets all connections.
func (p *pair) Close() {
	p.most.Close()
	p.one.Close()
	if p.also != nil {
		p.also()
	}
}
