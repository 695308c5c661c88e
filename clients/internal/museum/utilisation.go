package museum

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/engine"
)

var utilisation = Exhibit{
	Name:  "utilisation",
	Title: "utilisation taken for a bottleneck",
	Mistake: "A CPU is busy all the time, so its process is said to be what limits the rate. " +
		"Busy is not the same as needed: a server that asks again and again instead of waiting is always busy.",
	measure: measureUtilisation,
}

const (
	busyRate  = 2000 // requests per second
	busyConns = 4
	extraWork = 20 * time.Microsecond
)

// oneOf are two servers of which one runs at a time: both would spin on one CPU.
type oneOf [2]*server

func (o oneOf) run(i int) error {
	if err := o[1-i].signal(unix.SIGSTOP); err != nil {
		return err
	}
	return o[i].signal(unix.SIGCONT)
}

func measureUtilisation(ctx context.Context, r *room) (_ Finding, err error) {
	if r.Client == r.Servers[0] {
		return Finding{}, unsupportedf("a server that never waits needs a CPU of its own, and this process may use CPU %d only", r.Client)
	}
	var servers oneOf
	var both [2]*clients
	for i, h := range []how{{Spin: true, Work: extraWork}, {Spin: true}} {
		if servers[i], err = r.serve(h); err != nil {
			return Finding{}, err
		}
		if both[i], err = r.dial(ctx, engine.Options{Arrivals: engine.Fixed(busyRate)}, servers[i].addr, busyConns); err != nil {
			return Finding{}, err
		}
	}
	var busy []float64
	window := func(i int) func() (float64, error) {
		return func() (float64, error) {
			if err := servers.run(i); err != nil {
				return 0, err
			}
			share, rate, err := utilised(ctx, both[i], servers[i], r.Time)
			if i == 1 {
				busy = append(busy, share)
			}
			return rate, err
		}
	}
	slower, plain, err := byTurns(window(0), window(1))
	if err != nil {
		return Finding{}, err
	}
	if err := both[1].g.Arrive(engine.Closed()); err != nil {
		return Finding{}, err
	}
	if err := servers.run(1); err != nil {
		return Finding{}, err
	}
	_, most, err := utilised(ctx, both[1], servers[1], r.Time)
	return tellUtilisation(busy, plain, slower, most), err
}

// utilised is the share of a CPU that the server was busy, in %, and the rate.
func utilised(ctx context.Context, c *clients, s *server, window time.Duration) (busy, rate float64, err error) {
	before, err := s.cpu()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	m, err := c.load(ctx, window)
	if err != nil {
		return 0, 0, err
	}
	took := time.Since(began)
	after, err := s.cpu()
	return 100 * (after - before).Seconds() / took.Seconds(), m.Rate(), err
}

func tellUtilisation(busy, plain, slower []float64, most float64) Finding {
	left := make([]float64, len(plain))
	for i := range left {
		left[i] = 100 * slower[i] / plain[i]
	}
	f := Finding{
		Wrong: Figure{"of the time the server's CPU is busy", "%", busy},
		Right: Figure{fmt.Sprintf("of the rate is left when the server computes %v more for each request", extraWork), "%", left},
		Also: []Figure{
			{"the rate that both were measured at", "replies/s", plain},
			{fmt.Sprintf("the rate of the same server when its %d clients never pause", busyConns), "replies/s", []float64{most}},
		},
	}
	switch busyShare, rate := f.Wrong.median(), f.Right.median(); {
	case rate < 97:
		f.Why = fmt.Sprintf("Here the server does limit the rate: more work for each request takes %s %% of it away. That was found by slowing the server down, not by its utilisation.", number(100-rate))
	case busyShare < 90:
		f.Why = fmt.Sprintf("Here utilisation misleads nobody: the server was busy for %s %% of the time only, and making it slower took less than 3 %% of the rate away. Something else on this machine used its CPU: run it again when nothing does.", number(busyShare))
	default:
		f.Why = fmt.Sprintf("The CPU is %s %% busy, which looks like a server at its limit. Yet making it slower takes less than 3 %% of the rate away, so the rate is not the server's: its clients ask no faster. "+
			"A bottleneck is what the rate follows, and only changing it shows that.", number(busyShare))
	}
	return f
}
