package museum

import (
	"context"
	"fmt"
	"slices"
	"time"
)

var consecutive = Exhibit{
	Name:  "consecutive-windows",
	Title: "windows one after the other",
	Mistake: "One server is measured for a while, then the other, and the two rates are compared. " +
		"Whatever changed on the machine from the one window to the next is taken for a difference of the servers.",
	measure: measureConsecutive,
}

// compared is how often a server is compared with its equal, either way.
const compared = 12

// tellingRatio is by how much windows must be further off than slices before that is said to be more than chance.
const tellingRatio = 1.5

func measureConsecutive(ctx context.Context, r *room) (Finding, error) {
	_, twins, err := r.facing(ctx, rankConns, how{}, how{})
	if err != nil {
		return Finding{}, err
	}
	plan := oneRound(r.Time)
	plan.Time, plan.Connections = r.Time, rankConns
	var after, paired []float64
	for i := range compared {
		contender, reference := twins[i%2], twins[1-i%2]
		v, err := afterEachOther(ctx, contender, reference, r.Time/2)
		if err != nil {
			return Finding{}, err
		}
		after = append(after, v)
		if v, err = ratio(ctx, contender, reference, plan); err != nil {
			return Finding{}, err
		}
		paired = append(paired, v)
	}
	return tellConsecutive(after, paired, r.Time), nil
}

// afterEachOther is the ratio of the rates of a window each.
func afterEachOther(ctx context.Context, contender, reference *clients, window time.Duration) (float64, error) {
	first, err := contender.load(ctx, window)
	if err != nil {
		return 0, err
	}
	second, err := reference.load(ctx, window)
	if err != nil {
		return 0, err
	}
	return first.Rate() / second.Rate(), nil
}

func tellConsecutive(after, paired []float64, window time.Duration) Finding {
	extent := func(x []float64) string {
		return fmt.Sprintf("%.3f to %.3f in %d", slices.Min(x), slices.Max(x), len(x))
	}
	typical := func(x []float64) []float64 {
		errs := make([]float64, len(x))
		for i, v := range x {
			errs[i] = off(v)
		}
		return []float64{Figure{Values: errs}.median()}
	}
	f := Finding{
		Wrong: Figure{fmt.Sprintf("off is half of the ratios of a server to its equal, or further: a window of %v each, one after the other (%s)", window/2, extent(after)), "%", typical(after)},
		Right: Figure{fmt.Sprintf("the same in slices that alternate, %v for both together (%s)", window, extent(paired)), "%", typical(paired)},
	}
	if f.Wrong.median() <= tellingRatio*f.Right.median() {
		f.Why = "Here slices are off by about as much as windows, or by more: what disturbs this machine comes and goes within a slice, and no order of measuring takes that out. Run it again when nothing else does."
		return f
	}
	f.Why = fmt.Sprintf("Both servers are the same program, so the true ratio is 1, and both ways took equally long. The machine became faster or slower between two windows, and the ratio took that for the servers': "+
		"half of these ratios are off by %s %% or more. In slices that alternate every few hundredths of a second a change meets both sides, and half are off by %s %% at most.",
		number(f.Wrong.median()), number(f.Right.median()))
	return f
}
