package experiment

import (
	"context"
	"fmt"
	stdslices "slices"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Spread: how evenly clients are dealt out among loops that accept from one socket, or each from a socket of its own.
//
// Nothing in a server tells which of its threads has which client. So one client has its loop compute, and another who isn't
// answered meanwhile is the same loop's.
var spread = Experiment{
	Name:   "spread",
	About:  "400 clients and 4 loops, with one listening socket and with one each: how many clients each loop has",
	Metric: result.Figures,
	Apps:   []protocol.App{protocol.Work},
	Cells:  []Cell{{Connections: 400, Window: 2 * time.Second, Load: "400 clients who stay with one of 4 loops; one after the other has its loop compute"}},
	Ask:    askSpread,
}

const (
	loops    = 4
	atDoor   = 8                // clients who connect at a time
	stall    = protocol.MaxWork // rounds that keep a loop from its other clients
	patience = 5 * time.Second
)

// How loops listen.
const (
	oneSocket   = "shared"
	socketsEach = "reuseport"
)

// askSpread finds, for -listen shared and reuseport: shared_busiest_ratio, the clients of the loop that has most over an even
// share, so 1 is even and 4 is one loop for all; shared_loops, how many loops have any; and shared_clients@1 and so on, the most first.
func askSpread(ctx context.Context, s Subject, c Cell) (Answer, error) {
	if !hasLoops(s.Model()) {
		return Answer{Bound: s.Model().Name + " has no loops to deal clients out to"}, nil
	}
	a := Answer{Figures: map[string]float64{}}
	for _, listen := range []string{oneSocket, socketsEach} {
		if err := s.Fresh(ctx, fmt.Sprintf("-workers=%d", loops), "-listen="+listen); err != nil {
			return a, err
		}
		sizes, unclear, err := loopsOf(ctx, s.Addr(protocol.Work), c.Connections)
		if err != nil {
			return a, fmt.Errorf("with -listen=%s: %w", listen, err)
		}
		if unclear != "" {
			a.Withheld = fmt.Sprintf("with -listen=%s: %s", listen, unclear)
			return a, nil
		}
		a.Figures[listen+"_loops"] = float64(len(sizes))
		a.Figures[listen+"_busiest_ratio"] = float64(sizes[0]) * loops / float64(c.Connections)
		for i, n := range sizes {
			a.Figures[fmt.Sprintf("%s_clients@%d", listen, i+1)] = float64(n)
		}
	}
	return a, nil
}

func hasLoops(m models.Model) bool { return stdslices.Contains(m.Sizes, "workers") }

// Tail: what the slowest of a hundred visits takes, with one listening socket for all loops and with one each. One who is dealt
// to a busy loop waits for it while another is idle; but loops that share one CPU are never idle while another is busy.
var tail = Experiment{
	Name:   "tail",
	About:  "visits that ask for work, served by 4 loops on 4 CPUs: the 99th percentile with one listening socket and with one each",
	Metric: result.Figures,
	Apps:   []protocol.App{protocol.Work},
	Cells:  []Cell{{Visits: 3, Window: 3 * time.Second, Load: "visits: connect, one request of work 2000, reset"}},
	Ask:    askTail,
}

const tailWork = 2000

// askTail finds shared_p99_us and reuseport_p99_us, and reuseport_over_shared_p99_ratio.
func askTail(ctx context.Context, s Subject, c Cell) (Answer, error) {
	if !hasLoops(s.Model()) {
		return Answer{Bound: s.Model().Name + " has no loops to deal clients out to"}, nil
	}
	a := Answer{Figures: map[string]float64{}}
	for _, listen := range []string{oneSocket, socketsEach} {
		if err := s.FreshOn(ctx, loops, fmt.Sprintf("-workers=%d", loops), "-listen="+listen); tooFew(err) {
			return Answer{Refused: fmt.Sprintf("the services have fewer than %d CPUs here: loops without one each wait for a CPU, and not for each other", loops)}, nil
		} else if err != nil {
			return a, err
		}
		e, err := s.Engine("tail", engine.Options{Traffic: engine.Work(tailWork)})
		if err != nil {
			return a, err
		}
		p99, err := visitsTail(ctx, e, s.Addr(protocol.Work), c.Visits, c.Window/2)
		if err != nil {
			return a, fmt.Errorf("with -listen=%s: %w", listen, err)
		}
		if p99 == 0 {
			a.Withheld = fmt.Sprintf("fewer than %d visits in %v: too few for a 99th percentile", enoughP99, c.Window/2)
			return a, nil
		}
		a.Figures[listen+"_p99_us"] = p99
	}
	a.Figures["reuseport_over_shared_p99_ratio"] = a.Figures[socketsEach+"_p99_us"] / a.Figures[oneSocket+"_p99_us"]
	return a, nil
}

// visitsTail is the 99th percentile of visits, so many at a time; 0: there were too few.
func visitsTail(ctx context.Context, e *engine.Engine, addr string, at int, window time.Duration) (us float64, err error) {
	visits, err := e.Churn(ctx, addr, at)
	if err != nil {
		return 0, err
	}
	defer visits.Close()
	m, err := visits.Steady(ctx, warm(window), window)
	switch {
	case err != nil:
		return 0, err
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case m.Errors.Total() > 0:
		return 0, fmt.Errorf("%d visits failed: %s", m.Errors.Total(), m.Errors.First)
	}
	us, _ = percentile(m.Latency, 99)
	return us, nil
}
