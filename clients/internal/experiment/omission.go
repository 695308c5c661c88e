package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Omission: a service is stopped for 0.3 of a window. Who asks at times of his own finds it in his p99; who waits for
// the reply before he asks again asks once meanwhile, and finds nothing (Tene's "coordinated omission").
var omission = Experiment{
	Name:   "omission",
	About:  "16 connections, a service stopped for 0.3 of the window: what an open loop sees of it, and what a closed loop does",
	Metric: result.Figures,
	Cells:  []Cell{{Connections: 16, Window: 2500 * time.Millisecond, Load: "an open and a closed loop, the service stopped meanwhile"}},
	Ask:    omit,
}

const (
	stallPart   = 0.3  // of the window
	stallAfter  = 0.3  // of the window; so it has worked off what waited before the window's end
	dueInWindow = 8000 // requests, enough for a p99
	unsureOf    = 0.03 // of the stall, for which its signals may be on their way
)

func omit(ctx context.Context, s Subject, c Cell) (Answer, error) {
	e, err := s.Engine("omission", engine.Options{})
	if err != nil {
		return Answer{}, err
	}
	g, err := group(ctx, s, e, s.Addr(protocol.Echo), c.Connections)
	if err != nil {
		return Answer{}, err
	}
	defer g.Close()
	window := 2 * c.Window / 5 // twice that with a stop, and half of it without
	a := Answer{Figures: map[string]float64{"window_ms": ms(window)}}

	quiet, err := steady(ctx, e, g, engine.Closed(), window/2)
	if err != nil {
		return a, err
	}
	closed, _, err := stopped(ctx, s, window, func() (engine.Measured, error) { return steady(ctx, e, g, engine.Closed(), window) })
	if err != nil {
		return a, err
	}
	rate := engine.Fixed(dueInWindow / window.Seconds())
	open, stall, err := stopped(ctx, s, window, func() (engine.Measured, error) { return steady(ctx, e, g, rate, window) })
	if err != nil {
		return a, err
	}
	a.Figures["stall_least_ms"], a.Figures["stall_most_ms"] = ms(stall[0]), ms(stall[1])
	if unsure := stall[1] - stall[0]; unsure > share(window, stallPart*unsureOf) {
		a.Withheld = fmt.Sprintf("how long the service was stopped is not known: its signals were %v on their way", unsure.Round(time.Millisecond))
	} else if why := late(open, 99); why != "" {
		a.Withheld = why
	}
	for name, m := range map[string]engine.Measured{"quiet_closed": quiet, "closed": closed, "open": open} {
		p99, known := percentile(m.Latency, 99)
		if !known {
			a.Withheld = fmt.Sprintf("too few replies for a p99: %d in %v", m.Latency.TotalCount(), window)
			continue
		}
		a.Figures[name+"_p99_ms"] = p99 / 1e3
		a.Figures[name+"_max_ms"] = float64(m.Latency.Max()) / 1e6
	}
	return a, nil
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

// stopped has the service stopped for a part of the window in which load loads it, and returns for how long: at least,
// and at most, since a signal arrives somewhere between its request and the answer.
func stopped(ctx context.Context, s Subject, window time.Duration, load func() (engine.Measured, error)) (m engine.Measured, stall [2]time.Duration, err error) {
	type span struct {
		stall [2]time.Duration
		err   error
	}
	done := make(chan span, 1)
	go func() {
		least, most, err := stop(ctx, s, warm(window)+share(window, stallAfter), share(window, stallPart))
		done <- span{[2]time.Duration{least, most}, err}
	}()
	m, err = load()
	ended := <-done
	return m, ended.stall, errors.Join(err, ended.err)
}

func share(d time.Duration, of float64) time.Duration { return time.Duration(float64(d) * of) }

// stop stops the service after a time, for a time. It goes on in any case.
func stop(ctx context.Context, s Subject, after, length time.Duration) (least, most time.Duration, err error) {
	if err := rest(ctx, after); err != nil {
		return 0, 0, err
	}
	var at [4]time.Time // before and after STOP, before and after CONT
	at[0] = time.Now()
	err = s.Signal(ctx, "STOP")
	at[1] = time.Now()
	err = errors.Join(err, rest(ctx, length))
	at[2] = time.Now()
	err = errors.Join(err, s.Signal(context.WithoutCancel(ctx), "CONT"))
	at[3] = time.Now()
	return at[2].Sub(at[1]), at[3].Sub(at[0]), err
}

// rest waits for d, or for the context's end.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
