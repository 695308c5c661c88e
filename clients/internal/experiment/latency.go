package experiment

import (
	"time"

	"c10klab/clients/internal/result"
)

// Latency: one client asks, and waits for the reply before it asks again. The
// server sleeps in between, so this is the price of a wake-up, and the one load
// under which a closed loop's response times may be ranked.
var latency = Experiment{
	Name:   "latency",
	About:  "1 connection, one request at a time: response time and CPU of a server that sleeps in between",
	Metric: result.Response,
	Cells:  []Cell{{Connections: 1, Window: 200 * time.Millisecond}},
	Load:   alternate,
}
