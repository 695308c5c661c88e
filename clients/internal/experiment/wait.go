package experiment

import (
	"context"
	"fmt"
	stdslices "slices"
	"strconv"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Wait: clients whose handlers do nothing but block, as a call to a slow database would. A model that can have all of them
// wait at a time gives clients / 10 ms replies per second, one with a pool of K gives K / 10 ms, one loop that runs its
// handlers itself 1 / 10 ms.
var waiting = Experiment{
	Name:   "wait",
	About:  "100 clients whose handlers block for 10 ms: how many of them wait at a time",
	Metric: result.Figures,
	Apps:   []protocol.App{protocol.Wait},
	Cells:  []Cell{{Connections: 100, Window: 500 * time.Millisecond, Load: "100 clients of wait 10"}},
	Ask:    askWaiting,
}

// Pools: the same of models that have a pool, with pools of several sizes.
var pools = Experiment{
	Name:   "pools",
	About:  "100 clients whose handlers block for 10 ms, served by pools of 8, 64 and 128",
	Metric: result.Figures,
	Apps:   []protocol.App{protocol.Wait},
	Cells:  []Cell{{Connections: 100, Window: 1800 * time.Millisecond, Load: "100 clients of wait 10, pools of 8, 64 and 128"}},
	Ask:    askPools,
}

const (
	blocking   = 10 * time.Millisecond // of a handler
	waitWarm   = 50 * time.Millisecond
	waitPieces = 3 // of a window: each gives a figure
)

var poolSizes = []int{8, 64, 128}

// askWaiting finds replies_per_s and, for each piece of the window, share@1 and so on: of what so many waiting at a time would give.
func askWaiting(ctx context.Context, s Subject, c Cell) (Answer, error) {
	a := Answer{Figures: map[string]float64{}}
	m, err := a.blocked(ctx, s, c.Connections, c.Window)
	if err != nil {
		return a, err
	}
	atOnce := min(c.Connections, roomOf(s.Model(), c.Connections))
	a.Figures["replies_per_s"], a.Figures["at_once"] = m.Rate(), float64(atOnce)
	for i, rate := range pieces(m.Parts, waitPieces) {
		a.Figures[fmt.Sprintf("share@%d", i+1)] = rate * blocking.Seconds() / float64(atOnce)
	}
	return a, nil
}

// askPools finds replies_per_s@8 and share@8 with a pool of 8, and so on.
func askPools(ctx context.Context, s Subject, c Cell) (Answer, error) {
	if !pooled(s.Model()) {
		return Answer{Bound: s.Model().Name + " has no pool"}, nil
	}
	a := Answer{Figures: map[string]float64{}}
	for _, k := range poolSizes {
		if err := s.Fresh(ctx, "-pool="+strconv.Itoa(k)); err != nil {
			return a, err
		}
		m, err := a.blocked(ctx, s, c.Connections, c.Window/time.Duration(len(poolSizes)))
		if err != nil {
			return a, fmt.Errorf("with a pool of %d: %w", k, err)
		}
		a.Figures[fmt.Sprintf("replies_per_s@%d", k)] = m.Rate()
		a.Figures[fmt.Sprintf("share@%d", k)] = m.Rate() * blocking.Seconds() / float64(min(c.Connections, k))
	}
	return a, nil
}

// blocked has n clients ask for a wait, and ask again, for that long.
func (a *Answer) blocked(ctx context.Context, s Subject, n int, window time.Duration) (engine.Measured, error) {
	// Who is not served yet is silent: a pool's nature, and a loop's way.
	own, err := s.Engine("wait", engine.Options{Traffic: engine.Wait(int(blocking.Milliseconds())), Partial: true})
	if err != nil {
		return engine.Measured{}, err
	}
	group, err := own.Dial(ctx, s.Addr(protocol.Wait), n)
	if err != nil {
		return engine.Measured{}, err
	}
	defer group.Close()
	m, err := own.Steady(ctx, group, waitWarm, window-waitWarm)
	if n := m.Errors.Total(); err == nil && n > 0 {
		a.Withheld = fmt.Sprintf("%d of its connections failed: %s", n, m.Errors.First)
	}
	return m, err
}

func pooled(m models.Model) bool { return stdslices.Contains(m.Sizes, "pool") }

// roomOf is how many clients can wait at a time where nothing but a pool bounds it.
func roomOf(m models.Model, n int) int {
	switch {
	case m.Pooled:
		return m.Serves()
	case pooled(m): // of handlers, not of clients
		return protocol.Pool
	}
	return n
}

// pieces joins the parts of a measurement to n of nearly equal length and returns their replies per second; fewer if there are fewer parts.
func pieces(parts []engine.Part, n int) (rates []float64) {
	n = min(n, len(parts))
	for i := range n {
		var sum engine.Part
		for _, p := range parts[i*len(parts)/n : (i+1)*len(parts)/n] {
			sum.Requests += p.Requests
			sum.Seconds += p.Seconds
		}
		rates = append(rates, sum.Rate())
	}
	return rates
}
