package experiment

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
)

// What the clients of slow do, cell by cell.
const (
	SlowAlone  = "10,000 echoes a second"
	SlowBeside = SlowAlone + ", beside 200 slow clients"
)

// Slow: quick clients beside 200 slow ones on each side, half of which send their requests byte by byte, while the other half
// ask for much and read byte by byte. In a laboratory everybody is quick: a server that blocks in a
// send, or keeps what it owes without a bound, looks fine there. A pool of K serves the quick ones here, who were first,
// and no slow one beyond K.
var slow = Experiment{
	Name:   "slow",
	About:  "10,000 echoes/s, alone and beside 200 clients that send or read byte by byte: what they do to quick ones",
	Metric: result.Response,
	Cells: []Cell{
		{Connections: quickClients, Window: 1200 * time.Millisecond, Load: SlowAlone},
		{Connections: quickClients, Step: slowClients, Window: 3 * time.Second, Load: SlowBeside},
	},
	Open: openSlow,
	Load: loadSlow,
}

const (
	slowClients = 200
	slowPace    = 40 * time.Millisecond // between two steps of a slow client
	slowLoad    = 0.4                   // of the window; in what is before it the buffers of slow readers fill
)

// loadSlow gives the slow readers time until the server's sends to them block: some 30 steps of theirs.
func loadSlow(ctx context.Context, _ *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	if err := joinBoth(ctx, s); err != nil {
		return engine.Paired{}, err
	}
	window := c.Window
	if c.Step > 0 {
		window = share(c.Window, slowLoad)
		select {
		case <-ctx.Done():
			return engine.Paired{}, context.Cause(ctx)
		case <-time.After(c.Window - window):
		}
	}
	p, err := slicesOf(ctx, s, quickPlan(window, forPercentile))
	for _, side := range []Conns{s.Contender, s.Reference} {
		if among, ok := side.(*amongSlow); ok && err == nil {
			err = among.failed()
		}
	}
	return p, err
}

// amongSlow are quick clients with slow ones on the same server, which go on in the other side's turn, too.
type amongSlow struct {
	quick
	e    *engine.Engine
	n    int // slow clients that are to join
	slow []*engine.Slow
}

func openSlow(ctx context.Context, e Engines, side Address, c Cell) (Conns, error) {
	own, clients, err := dialQuick(ctx, e, side, c)
	if err != nil {
		return nil, err
	}
	return &amongSlow{quick: clients, e: own, n: int(c.Step)}, nil
}

func (a *amongSlow) join(ctx context.Context) error {
	if a.n == 0 {
		return nil
	}
	for _, connect := range []func(context.Context, string, int, engine.Slowness) (*engine.Slow, error){a.e.SlowSenders, a.e.SlowReaders} {
		s, err := connect(ctx, a.Addr(), a.n/2, engine.Slowness{Every: slowPace})
		if err != nil {
			return err
		}
		a.slow = append(a.slow, s)
	}
	return nil
}

// failed says if a slow client got a wrong byte or lost its connection. Silence is none: a pool serves no more than it has room for.
func (a *amongSlow) failed() error {
	for _, s := range a.slow {
		if _, errs := s.Serving(); errs.Total() > 0 {
			return fmt.Errorf("slow clients of %s: %v", a.Addr(), errs)
		}
	}
	return nil
}

func (a *amongSlow) Close() {
	for _, s := range a.slow {
		s.Close()
	}
	a.quick.Close()
}
