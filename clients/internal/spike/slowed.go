// Package spike plants effects of known size (spike-ins) in trials of the reference beside its twin, and says whether
// what judges contenders finds them. lab check plants several; every run plants one, and a run that misses it is void.
package spike

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
)

// Clients are the connections of each side. Of a hundred, so many uncounted ones are as many percent.
const Clients = 100

// Slowed is the reference with some of its work in vain: of its clients' replies those of the last Uncounted ones don't count.
// The rate that is counted is (Clients - Uncounted) / Clients of what it was, and CPU per reply that counts the inverse,
// exactly: the other side has as many clients, all of which count.
type Slowed struct{ Uncounted int }

// String names the effect.
func (s Slowed) String() string { return fmt.Sprintf("%d %% slower", s.Uncounted) }

// Rate is the effect on the counted replies per second, CPU that on the CPU time for each of them, both as ratios.
func (s Slowed) Rate() float64 { return float64(Clients-s.Uncounted) / Clients }

// CPU is the inverse of Rate.
func (s Slowed) CPU() float64 { return Clients / float64(Clients-s.Uncounted) }

// Connect opens the clients of the side that is slowed.
func (s Slowed) Connect(ctx context.Context, e experiment.Engines, addr string) (experiment.Conns, error) {
	g, err := Dial(ctx, e, "clients", addr, Clients)
	if err != nil || s.Uncounted == 0 {
		return g, err
	}
	return Counted{g, Clients - s.Uncounted}, nil
}

// Dial opens n connections to addr in the engine of that name.
func Dial(ctx context.Context, e experiment.Engines, name, addr string, n int) (*engine.Group, error) {
	own, err := e.Engine(name, engine.Options{})
	if err != nil {
		return nil, err
	}
	return own.Dial(ctx, addr, n)
}

// Counted are clients of which only the first N count.
type Counted struct {
	*engine.Group
	N int
}

// Slice counts the replies of those.
func (c Counted) Slice(discard, measure time.Duration) (engine.Slice, error) {
	s, err := c.Group.Slice(discard, measure)
	return first(s, c.N), err
}

// first is what the first n connections had of a slice. Times are kept of none: a histogram does not say whose they are.
func first(s engine.Slice, n int) engine.Slice {
	if len(s.Each) < n || s.Requests == 0 {
		return s
	}
	replies := sum(s.Each[:n])
	share := float64(replies) / float64(s.Requests)
	s.Each, s.Requests, s.Total = s.Each[:n], replies, uint64(share*float64(s.Total)+0.5)
	for i := range s.Parts {
		s.Parts[i].Requests = uint64(share*float64(s.Parts[i].Requests) + 0.5)
	}
	s.Latency, s.Service = nil, nil
	return s
}

func sum(each []uint32) (replies uint64) {
	for _, n := range each {
		replies += uint64(n)
	}
	return replies
}
