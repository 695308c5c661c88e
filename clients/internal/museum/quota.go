package museum

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
)

var quota = Exhibit{
	Name:  "quota",
	Title: "a quota in place of a pin",
	Mistake: "A server's CPU is limited by a share of time (cpus: 0.5) rather than by a CPU of its own (cpuset). " +
		"When the share of a period is used up, the kernel stops the server until the next one.",
	measure: measureQuota,
}

const (
	quotaTime = quotaPeriod / 2
	// quotaWork makes requests long enough that those which meet a stop are more than 1 %:
	// of quick ones a closed loop has thousands between two stops, and its p99 sees none.
	quotaWork = 200 * time.Microsecond
)

func measureQuota(ctx context.Context, r *room) (_ Finding, err error) {
	group, err := newCgroup(quotaTime)
	if err != nil {
		return Finding{}, err
	}
	r.atEnd(group.remove) // after its server has ended: rooms close backwards
	limited, err := r.start(anyCPU, append([]string{serverArg}, how{Work: quotaWork}.args()...)...)
	if err != nil {
		return Finding{}, err
	}
	if err := group.hold(limited.cmd.Process.Pid); err != nil {
		return Finding{}, err
	}
	pinned, err := r.serve(how{Work: quotaWork})
	if err != nil {
		return Finding{}, err
	}
	var rates [2][]float64
	window := func(c *clients, rates *[]float64) func() (float64, error) {
		return func() (float64, error) {
			m, err := c.load(ctx, r.Time)
			*rates = append(*rates, m.Rate())
			return percentile(m.Latency, 99), err
		}
	}
	var both [2]*clients
	for i, s := range []*server{limited, pinned} {
		if both[i], err = r.dial(ctx, engine.Options{}, s.addr, manyConns); err != nil {
			return Finding{}, err
		}
	}
	wrong, right, err := byTurns(window(both[0], &rates[0]), window(both[1], &rates[1]))
	if err != nil {
		return Finding{}, err
	}
	times, waited, err := group.throttled()
	return tellQuota(wrong, right, rates, times, waited), err
}

func tellQuota(wrong, right []float64, rates [2][]float64, stops int, waited time.Duration) Finding {
	with := Figure{"the rate with the quota", "replies/s", rates[0]}
	without := Figure{"the rate with the pin", "replies/s", rates[1]}
	f := Finding{
		Wrong: Figure{fmt.Sprintf("p99 of %d clients with requests of %v of CPU time, server with %v of it in every %v", manyConns, quotaWork, quotaTime, quotaPeriod), "ms", wrong},
		Right: Figure{"the same, server pinned to a CPU of its own", "ms", right},
		Also:  []Figure{with, without},
	}
	if stops == 0 {
		return f.explain(1, 1, "The quota was never used up, so it stopped nobody: the difference comes from where the kernel let the server without a pin run.")
	}
	return f.explain(1, 1, fmt.Sprintf("The kernel stopped the server %d times, for %s ms each on average, and whoever had asked waited. The rates differ by %s, the p99 by %s: "+
		"a quota makes a server not slower but absent.", stops, number(float64(waited.Milliseconds())/float64(stops)), times(with, without), times(f.Wrong, f.Right)))
}
