package museum

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
)

var omission = Exhibit{
	Name:  "coordinated-omission",
	Title: "a client that waits hides a stall",
	Mistake: "The client asks for its next reply only when it has the last one. While the server stands still it asks nothing, " +
		"and what it does not ask it does not count.",
	measure: measureOmission,
}

const (
	fixedRate   = 5000 // requests per second
	fixedConns  = 4
	stallShare  = 5 // the server stands still for a fifth of a window
	betweenAsks = time.Second * fixedConns / fixedRate
)

// stalled are the counts of one way over all windows.
type stalled struct{ requests, slow int64 }

func measureOmission(ctx context.Context, r *room) (Finding, error) {
	s, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	closed, err := r.dial(ctx, engine.Options{Arrivals: engine.Think(betweenAsks)}, s.addr, fixedConns)
	if err != nil {
		return Finding{}, err
	}
	open, err := r.dial(ctx, engine.Options{Arrivals: engine.Fixed(fixedRate)}, s.addr, fixedConns)
	if err != nil {
		return Finding{}, err
	}
	stall := r.Time / stallShare
	window := func(c *clients, counts *stalled) func() (float64, error) {
		return func() (float64, error) {
			m, err := c.loadStalled(ctx, r.Time, s, stall)
			if err != nil {
				return 0, err
			}
			counts.requests += m.Latency.TotalCount()
			counts.slow += above(m.Latency, stall/10)
			return percentile(m.Latency, 99), nil
		}
	}
	var asked, due stalled
	wrong, right, err := byTurns(window(closed, &asked), window(open, &due))
	if err != nil {
		return Finding{}, err
	}
	return tellOmission(wrong, right, stall, asked, due), nil
}

// loadStalled measures a window in whose midst the server is stopped.
func (c *clients) loadStalled(ctx context.Context, window time.Duration, s *server, stall time.Duration) (engine.Measured, error) {
	thawed := s.freeze(ctx, warm(window)+window*2/5, stall)
	m, err := c.load(ctx, window)
	if frozen := thawed(); err == nil {
		err = frozen
	}
	return m, err
}

func tellOmission(wrong, right []float64, stall time.Duration, asked, due stalled) Finding {
	return Finding{
		Wrong: Figure{fmt.Sprintf("p99 of clients that wait for a reply, pause for %v and ask again", betweenAsks), "ms", wrong},
		Right: Figure{fmt.Sprintf("p99 of %d requests/s that are due whatever the server does, each counted from when it was due", fixedRate), "ms", right},
	}.explain(-1, 1, fmt.Sprintf("The server stood still once for %v in each window. Of the clients that wait, each had one request under way then: %d of their %d took longer than a tenth of the stall, "+
		"and the others that users would have made were never sent. Of the %d that were due by plan, %d did, since those that fell into the stall count as well.",
		stall, asked.slow, asked.requests, due.requests, due.slow))
}
