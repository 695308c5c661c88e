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
		return nil, err
	}
	if answered, err := w.Check(b.ctx, 10*time.Second); err != nil || answered != n {
		_ = w.Close()
		return nil, fmt.Errorf("%s: %d of %d connections answered (%v)", filepath.Base(s.cmd.Path), answered, n, err)
	}
	return w, nil
}

func serverFigures(n int) []figure {
	what := fmt.Sprintf("services/epoll / C epoll, %d connections, ", n)
	return []figure{
		{what: what + "round trips", bar: 0.94},
		{what: what + "CPU a request", bar: 1.08, atMost: true},
	}
}

// serverOnce loads the epoll service and the C server in turn.
func serverOnce(n int) func(b *bench) ([]float64, error) {
	return func(b *bench) ([]float64, error) {
		ours, err := b.startService("epoll", "echo")
		if err != nil {
			return nil, err
		}
		defer ours.stop()
		theirs, err := b.startYardstick("epoll")
		if err != nil {
			return nil, err
		}
		defer theirs.stop()
		// A client each: both sides' connections would be too many for one process at 10,000.
		left, err := b.client(ours, n)
		if err != nil {
			return nil, err
		}
		defer left.Close()
		right, err := b.client(theirs, n)
		if err != nil {
			return nil, err
		}
		defer right.Close()
		before, err := cpuOf(ours, theirs)
		if err != nil {
			return nil, err
		}
		p, err := pair(b.ctx, left, right, n)
		if err != nil {
			return nil, err
		}
		after, err := cpuOf(ours, theirs)
		if err != nil {
			return nil, err
		}
		// An idle server uses no CPU, so the clocks at the edges hold its own slices alone.
		mine := (after[0] - before[0]).Seconds() / float64(p.Contender.Total)
		other := (after[1] - before[1]).Seconds() / float64(p.Reference.Total)
		return []float64{p.Ratio, mine / other}, nil
	}
}

func cpuOf(servers ...*server) ([]time.Duration, error) {
	var out []time.Duration
	for _, s := range servers {
		d, err := s.cpu()
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
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

// pair compares two clients; a comparison with a failed connection is none.
func pair(ctx context.Context, left, right engine.Side, n int) (engine.Paired, error) {
	p, err := engine.Pair(ctx, left, right, engine.Plan{Time: pairTime, Connections: n})
	if err != nil {
		return p, err
	}
	if n := p.Contender.Errors.Total() + p.Reference.Errors.Total(); n > 0 {
		return p, fmt.Errorf("connections failed: contender %s; reference %s", p.Contender.Errors, p.Reference.Errors)
	}
	return p, nil
}
