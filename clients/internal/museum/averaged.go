package museum

import (
	"context"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"c10klab/clients/internal/engine"
)

var averaged = Exhibit{
	Name:  "averaged-percentiles",
	Title: "percentiles averaged over clients",
	Mistake: "Each client, or each machine, reports its own 99th percentile, and these are averaged. " +
		"A percentile is a rank among all requests; the average of ranks is the rank of nothing.",
	measure: measureAveraged,
}

const (
	reporters    = 4   // clients that report a percentile each
	reporterRate = 500 // requests per second of each
)

func measureAveraged(ctx context.Context, r *room) (Finding, error) {
	slow, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	quick, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	all := make([]*clients, reporters)
	for i := range all {
		addr := quick.addr
		if i == 0 {
			addr = slow.addr
		}
		if all[i], err = r.dial(ctx, engine.Options{Arrivals: engine.Fixed(reporterRate)}, addr, 1); err != nil {
			return Finding{}, err
		}
	}
	stall := r.Time / stallShare
	var average, pooled []float64
	var worst float64 // share of the slow client's requests that were slow, of all
	for range windows {
		hists, err := together(ctx, all, r.Time, slow, stall)
		if err != nil {
			return Finding{}, err
		}
		sum, whole := 0.0, hdrhistogram.New(1, int64(engine.MaxThink), 3)
		for _, h := range hists {
			sum += percentile(h, 99)
			whole.Merge(h)
		}
		average, pooled = append(average, sum/reporters), append(pooled, percentile(whole, 99))
		worst += 100 * float64(above(whole, stall/10)) / float64(whole.TotalCount()) / windows
	}
	return tellAveraged(average, pooled, stall, worst), nil
}

// together loads with all clients at once, while one server stands still for a time.
func together(ctx context.Context, all []*clients, window time.Duration, s *server, stall time.Duration) ([]*hdrhistogram.Histogram, error) {
	thawed := s.freeze(ctx, warm(window)+window*2/5, stall)
	hists := make([]*hdrhistogram.Histogram, len(all))
	var group errgroup.Group
	for i, c := range all {
		group.Go(func() error {
			m, err := c.load(ctx, window)
			hists[i] = m.Latency
			return err
		})
	}
	err := group.Wait()
	if frozen := thawed(); err == nil {
		err = frozen
	}
	return hists, err
}

func tellAveraged(average, pooled []float64, stall time.Duration, share float64) Finding {
	f := Finding{
		Wrong: Figure{fmt.Sprintf("the average of the p99 of %d clients", reporters), "ms", average},
		Right: Figure{"the p99 of all their requests, from their histograms added up", "ms", pooled},
	}
	return f.explain(-1, 1, fmt.Sprintf("The server of one client of %d stood still for %v in each window, so that %.3g %% of all requests took longer than a tenth of that: where this is more than 1 %%, they are what the p99 of all is about. "+
		"The average mixes that one client's p99 with those of clients that met nothing, and comes out %s too low.", reporters, stall, share, times(f.Wrong, f.Right)))
}
