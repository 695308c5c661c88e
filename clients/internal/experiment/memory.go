package experiment

import (
	"time"

	"c10klab/clients/internal/result"
)

// Memory: more and more silent connections; resident memory over their number
// is what an idle one takes. The one that asks in between only shows that the server lives.
var memory = Experiment{
	Name:   "memory",
	About:  "0 to 2,000 idle connections: the memory that one of them takes",
	Metric: result.Response,
	Cells: []Cell{
		{Connections: 1, Idle: 0, Window: 40 * time.Millisecond},
		{Connections: 1, Idle: 100, Window: 40 * time.Millisecond},
		{Connections: 1, Idle: 200, Window: 40 * time.Millisecond},
		{Connections: 1, Idle: 1000, Window: 40 * time.Millisecond},
		{Connections: 1, Idle: 2000, Window: 40 * time.Millisecond},
	},
	Load: alternateRested,
}
