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

// What the clients of busy do, cell by cell.
const (
	BusyAlone = "10,000 echoes a second"
	BusyWork  = BusyAlone + ", beside 2 clients of work 15000"
	BusyWait  = BusyAlone + ", beside 2 clients of wait 2"
)

// Busy: quick clients ask for an echo while a few others keep handlers busy on the same server: 2 at a time ask for
// something that computes for 1 to 2 ms, or that blocks for 2. One loop that runs its handlers itself lets everybody wait for
// them. The first cell, without the others, shows what it costs to do better: CPU per echo at the same rate.
var busy = Experiment{
	Name:   "busy",
	About:  "10,000 echoes/s, alone and beside handlers that compute or block: who waits for whom",
	Metric: result.Response,
	Apps:   []protocol.App{protocol.Echo, protocol.Work, protocol.Wait},
	Cells: []Cell{
		{Connections: quickClients, Window: 150 * time.Millisecond, Load: BusyAlone},
		{Connections: quickClients, Step: besideWork, Window: 900 * time.Millisecond, Load: BusyWork},
		{Connections: quickClients, Step: besideWait, Window: 900 * time.Millisecond, Load: BusyWait},
	},
	Open: openBusy,
	Load: loadBusy,
}

// The steps of busy.
const (
	besideWork = 1
	besideWait = 2
)

const (
	busyClients = 2
	busyRounds  = 15_000 // of work: 1 to 2 ms
	busyWait    = 2      // ms
)

func loadBusy(ctx context.Context, _ *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	if err := joinBoth(ctx, s); err != nil {
		return engine.Paired{}, err
	}
	if c.Step == 0 {
		return slicesOf(ctx, s, quickPlan(c.Window, forCost))
	}
	return slicesOf(ctx, s, quickPlan(c.Window, forPercentile))
}

// beside are quick clients with others on the same server that keep it busy whenever it is the quick ones' turn: not
// in the other side's, for both servers share a CPU.
type beside struct {
	quick
	others func(ctx context.Context) (*engine.Group, error) // connects them; nil: there are none
	joined *engine.Group
}

func openBusy(ctx context.Context, e Engines, side Address, c Cell) (Conns, error) {
	_, clients, err := dialQuick(ctx, e, side, c)
	if err != nil {
		return nil, err
	}
	b := &beside{quick: clients}
	with := func(app protocol.App, traffic engine.Traffic) {
		b.others = func(ctx context.Context) (*engine.Group, error) {
			own, err := e.Engine("beside "+app.String(), engine.Options{Traffic: traffic})
			if err != nil {
				return nil, err
			}
			return own.Dial(ctx, side(app), busyClients)
		}
	}
	switch c.Step {
	case besideWork:
		with(protocol.Work, engine.Work(busyRounds))
	case besideWait:
		with(protocol.Wait, engine.Wait(busyWait))
	}
	return b, nil
}

func (b *beside) join(ctx context.Context) (err error) {
	if b.others != nil {
		b.joined, err = b.others(ctx)
	}
	return err
}

// Slice is of the quick ones alone; the others ask from its begin to the end of what is measured.
func (b *beside) Slice(discard, measure time.Duration) (engine.Slice, error) {
	if b.joined == nil {
		return b.quick.Slice(discard, measure)
	}
	ended := make(chan error, 1)
	go func() {
		s, err := b.joined.Slice(0, discard+measure)
		if err == nil && s.Errors.Total() > 0 {
			err = fmt.Errorf("the clients beside the quick ones: %v", s.Errors)
		}
		ended <- err
	}()
	s, err := b.quick.Slice(discard, measure)
	return s, errors.Join(err, <-ended)
}

func (b *beside) Close() {
	if b.joined != nil {
		b.joined.Close()
	}
	b.quick.Close()
}
