package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"c10klab/clients/internal/engine"
)

const (
	requestBytes = 64
	pairTime     = 2 * time.Second
)

// client is a worker with n connections, pinned to the client's CPU.
func (b *bench) client(s *server, n int) (*engine.Worker, error) {
	var w *engine.Worker
	err := on(b.clientCPU, func() (err error) {
		w, err = engine.Spawn(b.ctx, engine.Options{CPU: b.clientCPU, Traffic: engine.Echo(requestBytes)})
		return err
	})
	return b.dialled(w, err, s, n)
}

// clientC is the C yardstick in the same place.
func (b *bench) clientC(s *server, n int) (*engine.Worker, error) {
	path, err := b.yardstick("client")
	if err != nil {
		return nil, err
	}
	var w *engine.Worker
	err = on(b.clientCPU, func() (err error) {
		w, err = engine.Start(b.ctx, path, "-cpu", fmt.Sprint(b.clientCPU), "-bytes", fmt.Sprint(requestBytes))
		return err
	})
	return b.dialled(w, err, s, n)
}

func (b *bench) dialled(w *engine.Worker, err error, s *server, n int) (*engine.Worker, error) {
	if err != nil {
		return nil, err
	}
	if err := w.Dial(b.ctx, s.addr, n); err != nil {
		_ = w.Close()
		return nil, s.explain(err)
	}
	if answered, err := w.Check(b.ctx, 10*time.Second); err != nil || answered != n {
		_ = w.Close()
		return nil, s.explain(fmt.Errorf("%s: %d of %d connections answered (%v)", filepath.Base(s.cmd.Path), answered, n, err))
	}
	return w, nil
}

func engineFigure(n int, bar float64) []figure {
	return []figure{{what: fmt.Sprintf("engine / C client, %d connections, round trips", n), bar: bar}}
}

// engineOnce loads one C server by the engine and by the C client in turn.
func engineOnce(n int) func(b *bench) ([]float64, error) {
	return func(b *bench) ([]float64, error) {
		s, err := b.startYardstick("epoll")
		if err != nil {
			return nil, err
		}
		defer s.stop()
		left, err := b.client(s, n)
		if err != nil {
			return nil, err
		}
		defer left.Close()
		right, err := b.clientC(s, n)
		if err != nil {
			return nil, err
		}
		defer right.Close()
		p, err := pair(b.ctx, left, right, n)
		return []float64{p.Ratio}, err
	}
}

// pair compares two clients of n connections.
func pair(ctx context.Context, left, right engine.Side, n int) (engine.Paired, error) {
	return paired(ctx, left, right, engine.Plan{Time: pairTime, Connections: n})
}

// paired compares by a plan; a comparison with a failed connection is none.
func paired(ctx context.Context, left, right engine.Side, plan engine.Plan) (engine.Paired, error) {
	p, err := engine.Pair(ctx, left, right, plan)
	if err != nil {
		return p, err
	}
	if n := p.Contender.Errors.Total() + p.Reference.Errors.Total(); n > 0 {
		return p, fmt.Errorf("connections failed: contender %s; reference %s", p.Contender.Errors, p.Reference.Errors)
	}
	return p, nil
}
