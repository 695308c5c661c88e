package experiment

import (
	"context"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
)

// Hop: what the way between client and server costs, the server being the same program everywhere. The reference is
// reached over the bridge, as in all other experiments; the contender on another way. Nobody needs to be the bottleneck: on one
// of the ways a third process copies each byte, and both ends wait for it.
var hop = Experiment{
	Name:   "hop",
	About:  "epoll by a published port, in the host's network, and over loopback, each beside epoll over the bridge (HOP=1 make up)",
	Metric: result.Rate, Paths: true,
	Cells: []Cell{
		{Connections: 1, Window: 300 * time.Millisecond, Metric: result.Response},
		{Connections: 64, Window: 1200 * time.Millisecond},
	},
	Load: overTheWay,
}

// overTheWay asks one client's requests by turns, and many clients' in slices, as latency and throughput do.
func overTheWay(ctx context.Context, e *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	if c.Connections == 1 {
		return alternate(ctx, e, s, c)
	}
	return slices(ctx, e, s, c)
}
