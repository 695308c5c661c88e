package museum

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
)

var keepAlive = Exhibit{
	Name:  "keep-alive",
	Title: "a connection for each request, taken for keep-alive",
	Mistake: "The load generator opens a connection for every request (ab does, without -k), and its rate is given as the rate " +
		"of requests that a server answers.",
	measure: measureKeepAlive,
}

const (
	manyConns = 16
	webHost   = "museum"
	webPath   = "/"
)

func measureKeepAlive(ctx context.Context, r *room) (Finding, error) {
	s, err := r.serve(how{Page: true})
	if err != nil {
		return Finding{}, err
	}
	anew, err := r.visit(ctx, engine.Options{Traffic: engine.GetOnce(webHost, webPath)}, s.addr, manyConns)
	if err != nil {
		return Finding{}, err
	}
	kept, err := r.dial(ctx, engine.Options{Traffic: engine.Get(webHost, webPath)}, s.addr, manyConns)
	if err != nil {
		return Finding{}, err
	}
	var cpuAnew, cpuKept []float64
	wrong, right, err := byTurns(
		func() (float64, error) { return rateAndCPU(ctx, anew, s, r.Time, &cpuAnew) },
		func() (float64, error) { return rateAndCPU(ctx, kept, s, r.Time, &cpuKept) },
	)
	if err != nil {
		return Finding{}, err
	}
	return tellKeepAlive(wrong, right, cpuAnew, cpuKept), nil
}

// rateAndCPU is the rate of a window, and adds the server's CPU us per request to a list.
func rateAndCPU(ctx context.Context, c *clients, s *server, window time.Duration, cpu *[]float64) (float64, error) {
	before, err := s.cpu()
	if err != nil {
		return 0, err
	}
	m, err := c.load(ctx, window)
	if err != nil {
		return 0, err
	}
	after, err := s.cpu()
	if err != nil {
		return 0, err
	}
	*cpu = append(*cpu, float64((after-before).Microseconds())/float64(m.Total))
	return m.Rate(), nil
}

func tellKeepAlive(wrong, right, cpuAnew, cpuKept []float64) Finding {
	anew := Figure{"server's CPU for a request with its connection", "us", cpuAnew}
	kept := Figure{"server's CPU for a request on a connection that is kept", "us", cpuKept}
	return Finding{
		Wrong: Figure{fmt.Sprintf("%d clients that open a connection for each request", manyConns), "replies/s", wrong},
		Right: Figure{fmt.Sprintf("%d clients that keep their connections", manyConns), "replies/s", right},
		Also:  []Figure{anew, kept},
	}.explain(-1, 1, fmt.Sprintf("Both fetch the same page from the same server. A request that brings its own connection costs the server %s us of CPU, one on a kept connection %s us: "+
		"what the first way measures is mostly the kernel making and ending connections, on both sides.", number(anew.median()), number(kept.median())))
}
