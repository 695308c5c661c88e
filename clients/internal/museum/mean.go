package museum

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
)

var mean = Exhibit{
	Name:  "mean",
	Title: "a mean for a median",
	Mistake: "The mean of all response times is given as what a request takes. It is the sum of the whole window, shared out: " +
		"one stall is in it, spread over everybody.",
	measure: measureMean,
}

func measureMean(ctx context.Context, r *room) (Finding, error) {
	s, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	c, err := r.dial(ctx, engine.Options{Arrivals: engine.Fixed(fixedRate)}, s.addr, fixedConns)
	if err != nil {
		return Finding{}, err
	}
	stall := r.Time / 10
	var means, medians, p99s []float64
	var requests, over int64
	for range windows {
		m, err := c.loadStalled(ctx, r.Time, s, stall)
		if err != nil {
			return Finding{}, err
		}
		average := m.Latency.Mean()
		means = append(means, average/float64(time.Millisecond))
		medians = append(medians, percentile(m.Latency, 50))
		p99s = append(p99s, percentile(m.Latency, 99))
		requests += m.Latency.TotalCount()
		over += above(m.Latency, time.Duration(average))
	}
	return tellMean(means, medians, p99s, stall, requests, over), nil
}

func tellMean(means, medians, p99s []float64, stall time.Duration, requests, over int64) Finding {
	f := Finding{
		Wrong: Figure{"the mean response time", "ms", means},
		Right: Figure{"the median: half of all requests took no longer", "ms", medians},
		Also:  []Figure{{"the 99th percentile, which is where a stall belongs", "ms", p99s}},
	}
	return f.explain(1, 1, fmt.Sprintf("The server stood still once for %v in each window. The mean is %s the median, yet only %.3g %% of the %d requests took longer than it: "+
		"it describes neither those that met the stall nor those that did not.", stall, times(f.Wrong, f.Right), 100*float64(over)/float64(requests), requests))
}
