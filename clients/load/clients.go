package main

import (
	"context"
	"time"

	"c10klab/clients/internal/engine"
)

// clients are those that ask, and the slow ones beside them.
type clients struct {
	steady  func(ctx context.Context, warm, measure time.Duration) (engine.Measured, error)
	replies func() uint64 // so far; nil: that is not known before the end
	closes  []func()
	slow    slowClients
}

func (c *clients) close() {
	for _, end := range c.closes {
		end()
	}
}

// traffic is what is asked: a visit's connection ends with its reply.
func (s *settings) traffic() engine.Traffic {
	if s.visits > 0 && s.target.http {
		return s.target.once
	}
	return s.target.traffic
}

// connect prepares all clients. On an error none is left.
func (s *settings) connect(ctx context.Context, e *engine.Engine) (*clients, error) {
	c := new(clients)
	if err := s.connectAll(ctx, e, c); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (s *settings) connectAll(ctx context.Context, e *engine.Engine, c *clients) error {
	if s.visits > 0 {
		visits, err := e.Churn(ctx, s.target.addr, s.visits)
		if err != nil {
			return err
		}
		c.steady, c.closes = visits.Steady, append(c.closes, visits.Close)
	} else {
		g, err := e.Dial(ctx, s.target.addr, s.conns)
		if err != nil {
			return err
		}
		c.steady = func(ctx context.Context, warm, measure time.Duration) (engine.Measured, error) {
			return e.Steady(ctx, g, warm, measure)
		}
		c.replies, c.closes = g.Replies, append(c.closes, g.Close)
	}
	return s.connectSlow(ctx, e, c)
}

// The slow clients' steps are taken that far apart, or further where they are many.
const slowStep = 100 * time.Millisecond

// connectSlow connects half of them as senders, the other half as readers.
func (s *settings) connectSlow(ctx context.Context, e *engine.Engine, c *clients) error {
	how := engine.Slowness{Every: max(slowStep, time.Duration(s.slow)*time.Second/engine.MaxSteps)}
	for _, kind := range []struct {
		n       int
		connect func(context.Context, string, int, engine.Slowness) (*engine.Slow, error)
		traffic engine.Traffic
	}{
		{s.slow - s.slow/2, e.SlowSenders, s.target.traffic},
		{s.slow / 2, e.SlowReaders, s.target.read},
	} {
		if kind.n == 0 {
			continue
		}
		how.Traffic = kind.traffic
		slow, err := kind.connect(ctx, s.target.addr, kind.n, how)
		if err != nil {
			return err
		}
		c.slow.kinds, c.closes = append(c.slow.kinds, slow), append(c.closes, slow.Close)
	}
	c.slow.n = s.slow
	return nil
}

// slowClients are the two kinds of them.
type slowClients struct {
	n     int
	kinds []*engine.Slow
}

// slowResult is what became of the slow clients.
type slowResult struct {
	Clients int           `json:"clients"`
	Served  int           `json:"served"` // at the end: connected, and not owed a reply for longer than -timeout
	Replies uint64        `json:"replies"`
	Errors  engine.Errors `json:"errors"`
}

// told is nil if there are none.
func (c slowClients) told() *slowResult {
	if c.n == 0 {
		return nil
	}
	r := slowResult{Clients: c.n}
	for _, kind := range c.kinds {
		served, errs := kind.Serving()
		r.Served += served
		r.Replies += kind.Replies()
		r.Errors.Add(errs)
	}
	return &r
}
