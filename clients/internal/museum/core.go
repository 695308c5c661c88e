package museum

import (
	"context"
	"fmt"

	"c10klab/clients/internal/engine"
)

var sharedCore = Exhibit{
	Name:    "shared-core",
	Title:   "a client on the server's core",
	Mistake: "Client and server are left on one CPU, or in one container with one: the client takes its CPU time from what it measures.",
	measure: measureCore,
}

// coreConns keep both sides busy: with few, each reply has to wake the other CPU,
// which can cost more than what a CPU of its own is worth.
const coreConns = 64

func measureCore(ctx context.Context, r *room) (Finding, error) {
	if r.Client == r.Servers[0] {
		return Finding{}, unsupportedf("this process may use CPU %d only, so there is no other one for the client", r.Client)
	}
	s, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	same, err := r.dialFrom(ctx, engine.Options{CPU: r.Servers[0]}, s.addr, coreConns)
	if err != nil {
		return Finding{}, err
	}
	own, err := r.dial(ctx, engine.Options{}, s.addr, coreConns)
	if err != nil {
		return Finding{}, err
	}
	var shares []float64
	window := func(c *clients, share *[]float64) func() (float64, error) {
		return func() (float64, error) {
			m, err := c.load(ctx, r.Time)
			if err == nil && share != nil {
				all := r.Time + warm(r.Time)
				*share = append(*share, 100*m.ClientCPU.Seconds()/all.Seconds())
			}
			return m.Rate(), err
		}
	}
	wrong, right, err := byTurns(window(same, &shares), window(own, nil))
	if err != nil {
		return Finding{}, err
	}
	return tellCore(wrong, right, shares), nil
}

func tellCore(wrong, right, shares []float64) Finding {
	taken := Figure{"share of the shared CPU that the client took", "%", shares}
	f := Finding{
		Wrong: Figure{fmt.Sprintf("%d connections, client on the server's CPU", coreConns), "replies/s", wrong},
		Right: Figure{fmt.Sprintf("%d connections, client on a CPU of its own", coreConns), "replies/s", right},
		Also:  []Figure{taken},
	}
	if apart(f.Wrong, f.Right, 1) > 0 {
		f.Why = fmt.Sprintf("Here the shared CPU gives the higher rate, the other way round than usual. It is still the pair's and not the server's, for the client took %s %% of that CPU. "+
			"Two sides on one CPU need not wake another one, and take each other's work in batches; where waking is dear, or the other CPU is busy with something else, that is worth more than a second CPU.", number(taken.median()))
		return f
	}
	return f.explain(-1, 1, fmt.Sprintf("On the shared CPU the client took %s %% of the time, and the server could only have the rest: that rate is the pair's, not the server's. "+
		"With a CPU each the two work at the same time, and the same server answers %s as much.", number(taken.median()), times(f.Wrong, f.Right)))
}
