package museum

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
)

var shortSlices = Exhibit{
	Name:  "short-slices",
	Title: "slices too short",
	Mistake: "Slices that alternate are made as short as can be, 2 ms, for the shorter they are the better they repeat. " +
		"But a server that was left alone in the other's slice may need a part of its own to wake up.",
	measure: measureShort,
}

const (
	shortSlice  = 2 * time.Millisecond
	middleSlice = 5 * time.Millisecond
	discarded   = 10 * time.Millisecond // what the lab throws away of a slice
	counted     = 25 * time.Millisecond // and measures of it
)

func measureShort(ctx context.Context, r *room) (Finding, error) {
	_, all, err := r.facing(ctx, rankConns, how{Net: true}, how{}, how{})
	if err != nil {
		return Finding{}, err
	}
	runtimes, loop, twin := all[0], all[1], all[2]
	in := func(contender *clients, discard, measure time.Duration) func() (float64, error) {
		plan := engine.Plan{Time: r.Time, Warm: r.Time / 20, Discard: discard, Measure: measure}
		return func() (float64, error) { return ratio(ctx, contender, loop, plan) }
	}
	const nothing = 1 // ns; 0 would be the usual length
	wrong, right, err := byTurns(in(runtimes, nothing, shortSlice), in(runtimes, discarded, counted))
	if err != nil {
		return Finding{}, err
	}
	middle, steady, err := byTurns(in(runtimes, nothing, middleSlice), in(runtimes, r.Time/20, r.Time/4))
	if err != nil {
		return Finding{}, err
	}
	twins, err := several(in(twin, nothing, shortSlice))
	if err != nil {
		return Finding{}, err
	}
	return tellShort(wrong, right, middle, steady, twins, r.Time/4), nil
}

func tellShort(wrong, right, middle, steady, twins []float64, stretch time.Duration) Finding {
	long := Figure{fmt.Sprintf("the same in steady load, stretches of %v", stretch), "times", steady}
	equal := Figure{fmt.Sprintf("that loop / its equal, in slices of %v", shortSlice), "times", twins}
	f := Finding{
		Wrong: Figure{fmt.Sprintf("rate of a server on Go's net package / of a loop on epoll, in slices of %v", shortSlice), "times", wrong},
		Right: Figure{fmt.Sprintf("the same in slices of %v, after %v that are thrown away", counted, discarded), "times", right},
		Also:  []Figure{{fmt.Sprintf("the same in slices of %v, nothing thrown away", middleSlice), "times", middle}, long, equal},
	}
	return f.explain(-1, 1, fmt.Sprintf("Between its slices the server has nothing to do, and its language's runtime goes to sleep in stages; each slice begins with waking it up. In %v that is a large part of the slice, in %v after %v it is over: "+
		"so in steady load, where nobody sleeps, the ratio is %s. The loop has no such stages, and beside its equal short slices show %s: they repeat well, and for this server they repeat the wrong number.",
		shortSlice, counted, discarded, number(long.median()), number(equal.median())))
}
