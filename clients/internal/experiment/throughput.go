package experiment

import (
	"time"

	"c10klab/clients/internal/result"
)

// Throughput: 64 clients keep a server busy. Compared are the rate and the CPU
// per request; the latency of a closed loop at saturation is connections / rate,
// and tells nothing more.
var throughput = Experiment{
	Name:   "throughput",
	About:  "64 connections, all asking: replies per second and CPU per request of a busy server",
	Metric: result.Rate, Saturates: true,
	Cells: []Cell{{Connections: 64, Window: 720 * time.Millisecond}},
	Load:  slices,
}
