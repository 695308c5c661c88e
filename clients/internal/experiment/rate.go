package experiment

import (
	"context"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// oneRate is what every model is asked, a second. CPU per request depends on the load (a busy server takes more
// requests per wake-up), so it is compared at one rate for all: half of what the slowest takes, on a slow machine.
const oneRate = 10_000

// Rate: all are asked for the same, and none is at its limit. Compared are the response times and the CPU per request.
var rate = Experiment{
	Name:   "rate",
	About:  "64 connections, 10,000 requests/s from outside, evenly spaced: response times and CPU per request at one rate for all",
	Metric: result.Response,
	Cells:  []Cell{{Connections: 64, Window: time.Second, Load: "10,000 requests/s, evenly spaced", Step: oneRate}},
	Open:   atRate,
	Load:   slices,
}

// atRate connects clients whose requests are due Step times a second, all together.
func atRate(ctx context.Context, e Engines, side Address, c Cell) (Conns, error) {
	own, err := e.Engine("rate", engine.Options{Arrivals: engine.Fixed(c.Step)})
	if err != nil {
		return nil, err
	}
	return own.Dial(ctx, side(protocol.Echo), c.Connections)
}
