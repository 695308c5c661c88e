package experiment

import (
	"time"

	"c10klab/clients/internal/result"
)

// Thousand: 1,000 clients keep a server busy. What 64 do not show: what a
// switch between so many threads costs, and what it saves to hand many requests to the kernel at once.
var thousand = Experiment{
	Name:   "thousand",
	About:  "1,000 connections, all asking: what a thread for each costs, and what a loop saves",
	Metric: result.Rate, Saturates: true,
	Cells: []Cell{{Connections: 1000, Window: 800 * time.Millisecond}},
	Load:  slices,
}
