package experiment

import (
	"context"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
)

// Scale: the same question with more and more clients, all of them asking, up
// to what a model can take.
var scale = Experiment{
	Name:   "scale",
	About:  "1, 100, 1,000 and 10,000 connections, all asking: how the rate holds as clients grow in number",
	Metric: result.Rate, Saturates: true,
	Cells: []Cell{
		{Connections: 1, Window: 150 * time.Millisecond},
		{Connections: 100, Window: 500 * time.Millisecond},
		{Connections: 1000, Window: 500 * time.Millisecond},
		{Connections: 10000, Window: 1200 * time.Millisecond, Once: true},
	},
	Load:  oneOrMany,
	Alone: true,
}

// oneOrMany alternates where there is one connection: slices of one are mostly wake-ups of the slice itself.
func oneOrMany(ctx context.Context, e *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	if c.Connections == 1 {
		return alternate(ctx, e, s, c)
	}
	return slices(ctx, e, s, c)
}
