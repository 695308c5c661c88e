package museum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/pin"
)

// room is where an exhibit runs: a CPU for the servers and one for the clients,
// and everything that has to end when it does.
type room struct {
	pin.Choice
	Options
	closers []func() error
}

func enter(o Options) (*room, error) {
	allowed, err := pin.Allowed()
	if err != nil {
		return nil, err
	}
	choice, err := pin.Choose([]int{slices.Min(allowed)}, allowed, pin.Siblings)
	return &room{Choice: choice, Options: o}, err
}

// close ends servers and clients, the last one first.
func (r *room) close() error {
	var errs []error
	for _, c := range slices.Backward(r.closers) {
		errs = append(errs, c())
	}
	r.closers = nil
	return errors.Join(errs...)
}

func (r *room) atEnd(f func() error) { r.closers = append(r.closers, f) }

// clients are connections, or visits, of one engine.
type clients struct {
	e      *engine.Engine
	g      *engine.Group
	visits *engine.Churn
}

func (r *room) engine(o engine.Options) (*engine.Engine, error) {
	e, err := engine.New(o)
	if err == nil {
		r.atEnd(func() error { e.Close(); return nil })
	}
	return e, err
}

// dial opens n connections from the clients' CPU.
func (r *room) dial(ctx context.Context, o engine.Options, addr string, n int) (*clients, error) {
	o.CPU = r.Client
	return r.dialFrom(ctx, o, addr, n)
}

// dialFrom opens n connections from the CPU that the options say.
func (r *room) dialFrom(ctx context.Context, o engine.Options, addr string, n int) (*clients, error) {
	e, err := r.engine(o)
	if err != nil {
		return nil, err
	}
	g, err := e.Dial(ctx, addr, n)
	if err != nil {
		return nil, err
	}
	r.atEnd(func() error { g.Close(); return nil })
	return &clients{e: e, g: g}, nil
}

// visit prepares n visits at a time.
func (r *room) visit(ctx context.Context, o engine.Options, addr string, n int) (*clients, error) {
	o.CPU = r.Client
	e, err := r.engine(o)
	if err != nil {
		return nil, err
	}
	v, err := e.Churn(ctx, addr, n)
	if err != nil {
		return nil, err
	}
	r.atEnd(func() error { v.Close(); return nil })
	return &clients{e: e, visits: v}, nil
}

// load throws an eighth of the window away and measures for the window. A wrong
// or missing reply is an error: a number of a server that fails is none.
func (c *clients) load(ctx context.Context, window time.Duration) (m engine.Measured, err error) {
	if c.visits != nil {
		m, err = c.visits.Steady(ctx, warm(window), window)
	} else {
		m, err = c.e.Steady(ctx, c.g, warm(window), window)
	}
	switch {
	case context.Cause(ctx) != nil:
		return m, context.Cause(ctx)
	case err != nil:
		return m, err
	case m.Errors.Total() > 0:
		return m, fmt.Errorf("load the server: %s", m.Errors)
	case m.Requests == 0:
		return m, fmt.Errorf("load the server for %v: %w", window, errTooShort)
	}
	return m, nil
}

// warm is what is thrown away before a window.
func warm(window time.Duration) time.Duration { return window / 8 }

// errTooShort is a window in which too little came for a number.
var errTooShort = errors.New("too few replies came within the window: choose a longer one (-time)")

// percentile is a response time in ms.
func percentile(h *hdrhistogram.Histogram, q float64) float64 {
	return float64(h.ValueAtQuantile(q)) / float64(time.Millisecond)
}

// above counts the response times that were longer than d.
func above(h *hdrhistogram.Histogram, d time.Duration) (n int64) {
	for _, bar := range h.Distribution() {
		if bar.From > int64(d) {
			n += bar.Count
		}
	}
	return n
}
