package museum

import (
	"context"
	"fmt"
	"time"
)

var clientSpeed = Exhibit{
	Name:  "client-speed",
	Title: "the client's speed, found in the server's CPU",
	Mistake: "CPU time for a request is taken for a property of the server: one has been measured with a quick client, another with a slower one, and the figures are compared. " +
		"How much work a server finds when it wakes up is up to its client.",
	measure: measureSpeed,
}

// lag is how much longer the slower client takes for each reply.
const lag = 10 * time.Microsecond

// asked are figures of a server, of each window of one client.
type asked struct{ rate, cpu, switches []float64 }

func measureSpeed(ctx context.Context, r *room) (Finding, error) {
	if r.Client == r.Servers[0] {
		return Finding{}, unsupportedf("on one CPU client and server wait for each other, and this process may use CPU %d only", r.Client)
	}
	servers, all, err := r.facing(ctx, rankConns, how{}, how{})
	if err != nil {
		return Finding{}, err
	}
	var quick, slow asked
	window := func(i int, spin time.Duration, into *asked) error {
		if err := all[i].g.Spin(spin); err != nil {
			return err
		}
		before, err := servers[i].switches()
		if err != nil {
			return err
		}
		rate, err := rateAndCPU(ctx, all[i], servers[i], r.Time, &into.cpu)
		if err != nil {
			return err
		}
		after, err := servers[i].switches()
		into.rate = append(into.rate, rate)
		into.switches = append(into.switches, float64(after-before)/(rate*(r.Time+warm(r.Time)).Seconds()))
		return err
	}
	last := func(x []float64) float64 { return x[len(x)-1] }
	turn := func(spin time.Duration, contender, reference *asked) func() (float64, error) {
		return func() (float64, error) {
			if err := window(0, spin, contender); err != nil {
				return 0, err
			}
			err := window(1, 0, reference)
			return last(contender.cpu) / last(reference.cpu), err
		}
	}
	var others asked // the right way's contender, and the reference of both
	wrong, right, err := byTurns(turn(lag, &slow, &quick), turn(0, &others, &quick))
	if err != nil {
		return Finding{}, err
	}
	return tellSpeed(wrong, right, slow, quick), nil
}

func tellSpeed(wrong, right []float64, slow, quick asked) Finding {
	figure := func(what, unit string, values []float64) Figure { return Figure{what, unit, values} }
	slower, quicker := figure("CPU of a server for a request, of the slower client", "us", slow.cpu), figure("of the quicker one", "us", quick.cpu)
	often, seldom := figure("times the server fell asleep for each request of the slower client", "times", slow.switches), figure("of the quicker one", "times", quick.switches)
	f := Finding{
		Wrong: Figure{fmt.Sprintf("CPU for a request, server / its equal, the first one asked by a client that takes %v longer for each reply", lag), "times", wrong},
		Right: Figure{"the same, both asked alike", "times", right},
		Also: []Figure{
			slower, quicker, often, seldom,
			{"the slower client's rate", "replies/s", slow.rate},
			{"the quicker one's", "replies/s", quick.rate},
		},
	}
	if apart(f.Wrong, f.Right, 1) < 0 {
		f.Why = fmt.Sprintf("Here the slower client makes the same server cheaper: %s us a request in place of %s. The kernel bills the waking of a client that sleeps to the server that answers it, and the slower client never sleeps. "+
			"The other way round than usual, and as wrong: compare CPU time only where both are asked alike.", number(slower.median()), number(quicker.median()))
		return f
	}
	return f.explain(1, 1, fmt.Sprintf("Both servers are the same program. One that is asked more slowly finds fewer requests whenever it wakes up, and falls asleep again: %s times a request in place of %s. "+
		"Each time costs CPU, which is shared by fewer requests: %s us each in place of %s. So CPU time is compared only where both are asked alike: at saturation of both, or at one rate for all.",
		number(often.median()), number(seldom.median()), number(slower.median()), number(quicker.median())))
}
