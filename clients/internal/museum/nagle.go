package museum

import (
	"context"
	"fmt"

	"c10klab/clients/internal/engine"
)

var nagle = Exhibit{
	Name:  "nagle",
	Title: "Nagle's algorithm meets delayed acknowledgements",
	Mistake: "A server writes a reply in two small pieces and leaves TCP_NODELAY off. Its kernel holds the second piece back until the first is acknowledged; " +
		"the client's kernel delays the acknowledgement, for it hopes to send it along with data.",
	measure: measureNagle,
}

func measureNagle(ctx context.Context, r *room) (Finding, error) {
	start := func(h how) (*clients, error) {
		s, err := r.serve(h)
		if err != nil {
			return nil, err
		}
		return r.dial(ctx, engine.Options{}, s.addr, 1)
	}
	held, err := start(how{Parts: 2, Nagle: true})
	if err != nil {
		return Finding{}, err
	}
	whole, err := start(how{})
	if err != nil {
		return Finding{}, err
	}
	window := func(c *clients) (float64, error) {
		m, err := c.load(ctx, r.Time)
		return percentile(m.Latency, 50), err
	}
	wrong, right, err := byTurns(
		func() (float64, error) { return window(held) },
		func() (float64, error) { return window(whole) },
	)
	if err != nil {
		return Finding{}, err
	}
	pieces, err := start(how{Parts: 2})
	if err != nil {
		return Finding{}, err
	}
	without, err := window(pieces)
	return tellNagle(wrong, right, without), err
}

func tellNagle(wrong, right []float64, without float64) Finding {
	return Finding{
		Wrong: Figure{"median response time, the reply in two writes, without TCP_NODELAY", "ms", wrong},
		Right: Figure{"median response time, the reply in one write, with TCP_NODELAY", "ms", right},
		Also:  []Figure{{"the same in two writes, with TCP_NODELAY", "ms", []float64{without}}},
	}.explain(1, 1, fmt.Sprintf("Nobody computes in that time: one kernel waits for an acknowledgement that the other holds back for its delay, 40 ms or more on Linux. "+
		"Two writes with TCP_NODELAY take %s ms, so it is the waiting that costs and not the second write.", number(without)))
}
