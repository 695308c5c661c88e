package museum

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/gate"
)

var freeze = Exhibit{
	Name:  "freeze",
	Title: "a freeze that the books don't show",
	Mistake: "A measurement is believed because its books are right: the connections are the rate times the mean response time (Little's law). " +
		"In a closed loop that is arithmetic. It holds for a server that stood still for half of the window, too.",
	measure: measureFreeze,
}

// A window lasts three of the usual ones, and the freeze 1.4.
func frozenWindow(usual time.Duration) (window, frozen time.Duration) {
	return 3 * usual, usual * 14 / 10
}

func measureFreeze(ctx context.Context, r *room) (Finding, error) {
	s, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	window, frozen := frozenWindow(r.Time)
	c, err := r.dial(ctx, engine.Options{Timeout: 5*time.Second + 2*frozen}, s.addr, rankConns)
	if err != nil {
		return Finding{}, err
	}
	var ill, well judgements
	measure := func(j *judgements, frozen time.Duration) func() (float64, error) {
		return func() (float64, error) {
			began, err := s.cpu()
			if err != nil {
				return 0, err
			}
			thawed := func() error { return nil }
			if frozen > 0 {
				thawed = s.freeze(ctx, warm(window)+window/4, frozen)
			}
			m, err := c.load(ctx, window)
			if late := thawed(); err == nil {
				err = late
			}
			if err != nil {
				return 0, err
			}
			ended, err := s.cpu()
			if err != nil {
				return 0, err
			}
			answered, err := c.g.Check(ctx, gate.RollTime)
			if err != nil {
				return 0, err
			}
			return m.Rate(), j.judge(m, ended-began, answered)
		}
	}
	rates, honest, err := byTurns(measure(&ill, frozen), measure(&well, 0))
	if err != nil {
		return Finding{}, err
	}
	return tellFreeze(rates, honest, ill, well, window, frozen), nil
}

func tellFreeze(rates, honest []float64, ill, well judgements, window, frozen time.Duration) Finding {
	f := Finding{
		Wrong: Figure{fmt.Sprintf("by which the books are off, of a server that stood still for %v of %v; gate 4 withholds beyond %v %%", frozen, window, 100*gate.LittleError), "%", ill.books},
		Right: Figure{fmt.Sprintf("of the median part's rate, in the slowest part of the same windows; gate 9 withholds below %v %%", 100*gate.PartShare), "%", ill.slowest},
		Also: []Figure{
			{"the same in windows without a freeze", "%", well.slowest},
			{"the rate that would be published", "replies/s", rates},
			{"the rate without a freeze", "replies/s", honest},
		},
	}
	gates := fmt.Sprintf("Of %d windows with a freeze the gates withhold: %s. Of as many without one: %s. ", len(rates), ill.said(), well.said())
	if well.withheld[gateSteady] > 0 {
		gates += "(Gate 9 finds stalls in windows without this freeze, too: something else keeps this machine busy.) "
	}
	switch {
	case ill.withheld[gateBooks] > 0:
		f.Why = "Here the books themselves did not agree, which a freeze does not do to them: something is wrong with this client. " + gates
	case ill.withheld[gateSteady] < len(rates):
		f.Why = fmt.Sprintf("Gate 9 did not find each of these freezes: it needs parts of %v at least, and calls no response slow below %v. Longer windows show it (-time). ", gate.PartLength, gate.LongestLeast) + gates
	default:
		f.Why = "While nobody is answered nobody asks, so the rate falls and the mean time grows by as much, and their product stays. What the freeze can't hide is its place: " +
			fmt.Sprintf("%q. ", ill.reason) + gates + "Where a load is meant to keep a server busy, gate 3 sees a long freeze as well; of a short one, or at a fixed rate, it sees nothing."
	}
	return f
}
