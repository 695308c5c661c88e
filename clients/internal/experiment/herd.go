package experiment

import (
	"time"

	"c10klab/clients/internal/result"
)

// Herd: one client asks while more and more others are connected and silent.
// The reference has no herd: the ratio is what a herd costs its one active
// client. CPU time per request over the herd's steps is what a server spends on
// each that it only watches; resident memory over them is what an idle one takes.
var herd = Experiment{
	Name:   "herd",
	About:  "1 active connection beside 0 to 10,000 idle ones: its response time, and what each idle one costs",
	Metric: result.Response,
	Cells: []Cell{
		{Connections: 1, Idle: 0, Window: 150 * time.Millisecond},
		{Connections: 1, Idle: 100, Window: 150 * time.Millisecond},
		{Connections: 1, Idle: 300, Window: 150 * time.Millisecond},
		{Connections: 1, Idle: 900, Window: 200 * time.Millisecond},
		{Connections: 1, Idle: 5000, Window: 800 * time.Millisecond},
		{Connections: 1, Idle: 10000, Window: 2000 * time.Millisecond},
	},
	Load: alternateRested,
}
