package engine

import (
	"context"
	"fmt"
	"time"
)

// Side is one of the two targets of a paired measurement: a Group, or a Worker.
type Side interface {
	Slice(discard, measure time.Duration) (Slice, error)
}

// Plan says how two sides are compared.
type Plan struct {
	Time        time.Duration     // in all, the warm-up included; one round A B B A is made at least; 1 s if 0
	Warm        time.Duration     // load on each side before the first slice; it also tells the rate; 50 ms if 0
	Discard     time.Duration     // thrown away after each change of side; 10 ms if 0
	Measure     time.Duration     // measured after it; 25 ms if 0
	Connections int               // open on each side: a slice lasts for 3 replies on each, at most 1 s
	OnSwitch    func(active Side) // called before each slice; it may stop the other side's server
}

func (p *Plan) complete() error {
	for _, d := range []struct {
		name  string
		value *time.Duration
		usual time.Duration
	}{
		{"time", &p.Time, time.Second},
		{"warm-up", &p.Warm, 50 * time.Millisecond},
		{"discarded part", &p.Discard, 10 * time.Millisecond},
		{"measured part", &p.Measure, 25 * time.Millisecond},
	} {
		if *d.value < 0 {
			return fmt.Errorf("plan: a %s of %v: choose a positive one", d.name, *d.value)
		}
		if *d.value == 0 {
			*d.value = d.usual
		}
	}
	return nil
}

// Paired is the outcome of a comparison.
type Paired struct {
	Contender Measured
	Reference Measured
	Ratio     float64            // rate of the contender / rate of the reference; 0 if either is 0
	Slices    int                // of both sides together, the warm-up's left out
	Figures   map[string]float64 // what only this experiment measures, as in a result's record; nil: nothing
}

func (p *Paired) close() {
	p.Contender.Parts, p.Reference.Parts = Pool(p.Contender.Parts, Parts), Pool(p.Reference.Parts, Parts)
	if c, r := p.Contender.Rate(), p.Reference.Rate(); c > 0 && r > 0 {
		p.Ratio = c / r
	}
}

// Pair loads contender and reference in turn, in slices A B B A, until the
// plan's time is over. Whatever drifts on the machine meets both alike, which
// is why the ratio holds where two windows one after the other do not.
//
// The replies of the warm-up count in Total, as they do in the servers' CPU
// time. On an error, or the context's end, it returns beside it what was measured so far.
func Pair(ctx context.Context, contender, reference Side, plan Plan) (Paired, error) {
	out := Paired{Contender: newMeasured(), Reference: newMeasured()}
	if err := plan.complete(); err != nil {
		return out, err
	}
	slice := func(side Side, discard, measure time.Duration) (Slice, error) {
		if err := context.Cause(ctx); err != nil {
			return Slice{}, err
		}
		if plan.OnSwitch != nil {
			plan.OnSwitch(side)
		}
		return side.Slice(discard, measure)
	}
	err := pair(contender, reference, plan, &out, slice)
	out.close()
	return out, err
}

type slicer func(side Side, discard, measure time.Duration) (Slice, error)

func pair(contender, reference Side, plan Plan, out *Paired, slice slicer) error {
	begin := time.Now()
	measure := plan.Measure
	for _, s := range []struct {
		side Side
		sum  *Measured
	}{{contender, &out.Contender}, {reference, &out.Reference}} {
		warm, err := slice(s.side, plan.Warm, plan.Measure)
		if err != nil {
			return err
		}
		s.sum.Total += warm.Total
		s.sum.ClientCPU += warm.ClientCPU
		s.sum.Wall += warm.Wall
		s.sum.Errors.Add(warm.Errors)
		if warm.Requests > 0 {
			perReply := warm.Seconds / float64(warm.Requests)
			measure = max(measure, time.Duration(3*float64(plan.Connections)*perReply*float64(time.Second)))
		}
	}
	measure = min(measure, max(plan.Measure, time.Second))
	for out.Slices == 0 || time.Since(begin) < plan.Time {
		for _, first := range []bool{true, false, false, true} {
			side, sum := contender, &out.Contender
			if !first {
				side, sum = reference, &out.Reference
			}
			s, err := slice(side, plan.Discard, measure)
			sum.add(s)
			sum.Parts = append(sum.Parts, s.parts()...)
			if err != nil {
				return err
			}
			out.Slices++
		}
	}
	return nil
}
