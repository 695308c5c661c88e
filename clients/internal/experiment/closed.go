package experiment

import (
	"context"
	"fmt"
	"math"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Closed: the same load twice, from users who wait for their reply and think before they ask again, and from people
// who come when they come. The first can never be more in the queue than they are. It needs service times that differ
// (Schroeder, Wierman, Harchol-Balter 2006): with equal ones there is hardly a queue in either.
var closedOpen = Experiment{
	Name:   "closed",
	About:  "work of random length at 0.8 of capacity: response times from 16 users who think, and from as many requests/s that come unasked",
	Metric: result.Figures,
	Cells:  []Cell{{Connections: users, Window: 7 * time.Second, Load: "work of 1,000 rounds on average; closed with think time, then open"}},
	Apps:   []protocol.App{protocol.Work},
	Ask:    closedAgainstOpen,
}

const (
	users     = 16   // of the closed loop
	strangers = 256  // connections of the open one, so that a request hardly ever waits for its own
	meanWork  = 1000 // rounds of SHA-256, 0.1 ms or so
	loadPart  = 0.8  // of capacity
	sameRate  = 0.02 // by which the two may differ

	steadyPart = 0.1 // by which capacity may differ after them
)

func closedAgainstOpen(ctx context.Context, s Subject, c Cell) (Answer, error) {
	e, err := s.Engine("closed", engine.Options{Traffic: engine.WorkExponential(meanWork)})
	if err != nil {
		return Answer{}, err
	}
	p := pairOfLoops{ctx: ctx, s: s, e: e, addr: s.Addr(protocol.Work), unit: c.Window / 20}
	think, capacity, err := p.settle(c.Connections)
	if err != nil {
		return Answer{}, fmt.Errorf("looking for a think time: %w", err)
	}
	closed, err := p.load(c.Connections, engine.ThinkExp(think, s.Seed()), 7*p.unit)
	if err != nil {
		return Answer{}, err
	}
	open, err := p.load(strangers, engine.Poisson(closed.Rate(), s.Seed()), 7*p.unit)
	if err != nil {
		return Answer{}, err
	}
	after, err := p.load(c.Connections, engine.Closed(), p.unit)
	if err != nil {
		return Answer{}, err
	}
	a := compared(closed, open, think)
	a.Figures["capacity_per_s"] = capacity
	if moved := math.Abs(after.Rate()/capacity - 1); a.Withheld == "" && !(moved <= steadyPart) {
		a.Withheld = fmt.Sprintf("capacity moved by %.0f %% in the trial, from %.0f to %.0f replies/s: it was not at %g of it", 100*moved, capacity, after.Rate(), loadPart)
	}
	return a, nil
}

// compared is the answer from the two loops.
func compared(closed, open engine.Measured, think time.Duration) Answer {
	a := Answer{Figures: map[string]float64{
		"think_ms": ms(think), "closed_rate_per_s": closed.Rate(), "open_rate_per_s": open.Rate(),
	}}
	for name, m := range map[string]engine.Measured{"closed": closed, "open": open} {
		for at, percent := range map[string]float64{"p50": 50, "p99": 99} {
			if us, known := percentile(m.Latency, percent); known {
				a.Figures[name+"_"+at+"_us"] = us
			}
		}
	}
	x, y := a.Figures["closed_p99_us"], a.Figures["open_p99_us"]
	off := math.Abs(open.Rate()/closed.Rate() - 1)
	switch why := late(open, 99); {
	case x == 0 || y == 0:
		a.Withheld = "too few replies for a p99"
	case !(off <= sameRate):
		a.Withheld = fmt.Sprintf("the two loops' rates differ by %.1f %%: %.0f and %.0f requests/s", 100*off, closed.Rate(), open.Rate())
	case why != "":
		a.Withheld = why
	default:
		a.Figures["closed_over_open_p99_ratio"] = x / y
	}
	return a
}

// pairOfLoops are the loops that are compared, on connections of their own.
type pairOfLoops struct {
	ctx  context.Context
	s    Subject
	e    *engine.Engine
	addr string
	unit time.Duration // the twentieth part of the cell's window
}

func (p pairOfLoops) load(clients int, a engine.Arrivals, d time.Duration) (engine.Measured, error) {
	g, err := group(p.ctx, p.s, p.e, p.addr, clients)
	if err != nil {
		return engine.Measured{}, err
	}
	defer g.Close()
	return steady(p.ctx, p.e, g, a, d)
}

// settle finds the think time with which so many users ask for loadPart of capacity. Little's law gives it from the
// response time, which follows it; so it is asked twice.
func (p pairOfLoops) settle(clients int) (think time.Duration, capacity float64, err error) {
	full, err := p.load(clients, engine.Closed(), p.unit)
	if err != nil {
		return 0, 0, err
	}
	capacity = full.Rate()
	n := float64(p.s.Model().Served(clients))
	response := full.Latency.Mean() // ns, and an upper bound
	for range 2 {
		think = thinkFor(n, loadPart*capacity, response)
		m, err := p.load(clients, engine.ThinkExp(think, p.s.Seed()), p.unit)
		if err != nil {
			return 0, 0, err
		}
		response = m.Latency.Mean()
	}
	return thinkFor(n, loadPart*capacity, response), capacity, nil
}

// thinkFor is how long n users must think to ask that often, where a reply takes that many ns.
func thinkFor(n, rate, response float64) time.Duration {
	return time.Duration(max(n/rate*1e9-response, 1e3))
}
