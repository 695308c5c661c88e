package museum

import (
	"context"
	"fmt"

	"c10klab/clients/internal/engine"
)

var publishedPort = Exhibit{
	Name:  "published-port",
	Title: "the published port in place of the container network",
	Mistake: "The client asks at the port that Docker publishes on the host. There a process may sit between them (docker-proxy), " +
		"which takes every connection, opens another one to the container, and copies bytes both ways.",
	measure: measurePort,
}

func measurePort(ctx context.Context, r *room) (Finding, error) {
	s, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	relay, err := r.start(anyCPU, relayArg, s.addr)
	if err != nil {
		return Finding{}, err
	}
	through, err := r.dial(ctx, engine.Options{}, relay.addr, manyConns)
	if err != nil {
		return Finding{}, err
	}
	direct, err := r.dial(ctx, engine.Options{}, s.addr, manyConns)
	if err != nil {
		return Finding{}, err
	}
	var cpuRelay, none []float64
	wrong, right, err := byTurns(
		func() (float64, error) { return rateAndCPU(ctx, through, relay, r.Time, &cpuRelay) },
		func() (float64, error) { return rateAndCPU(ctx, direct, relay, r.Time, &none) },
	)
	if err != nil {
		return Finding{}, err
	}
	return tellPort(wrong, right, cpuRelay), nil
}

func tellPort(wrong, right, cpuRelay []float64) Finding {
	relay := Figure{"the relay's own CPU for a request", "us", cpuRelay}
	f := Finding{
		Wrong: Figure{fmt.Sprintf("%d clients through a relay", manyConns), "replies/s", wrong},
		Right: Figure{fmt.Sprintf("%d clients at the server itself", manyConns), "replies/s", right},
		Also:  []Figure{relay},
		Notes: []string{"No Docker takes part: the relay is a process of the same kind as docker-proxy (accept, dial, copy both ways). What a bridge and its packet filter cost is not in it."},
	}
	return f.explain(-1, 1, fmt.Sprintf("Every request and every reply is received and sent once more, by a process that has to be woken for it and takes %s us of CPU for both. "+
		"The rate differs by %s, and none of that is the server's doing.", number(relay.median()), times(f.Wrong, f.Right)))
}
