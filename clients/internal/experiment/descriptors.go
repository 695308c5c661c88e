package experiment

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Descriptors: what is left open of clients that have come and gone. A parent that kept its copy of each client's socket
// would have as many as there were clients; a thread has no copy, and closes the one that there is.
var descriptors = Experiment{
	Name:   "descriptors",
	Counts: true,
	About:  "1,000 clients that come, ask once and leave: how many descriptors of theirs the server keeps",
	Metric: result.Figures,
	Cells:  []Cell{{Visits: 8, Window: 1500 * time.Millisecond, Load: "1,000 visits: connect, one request, reset"}},
	Ask:    askDescriptors,
}

const (
	guests   = 1000
	tidyTime = 3 * time.Second // in which a server has closed what it will close
	tidyLook = 20 * time.Millisecond
	still    = 5 // looks that find the same: nothing is being closed any more
)

// askDescriptors finds visits, and the descriptors of all the server's processes: descriptors_before, descriptors_after
// and descriptors_left, which is by how much they have become more.
func askDescriptors(ctx context.Context, s Subject, c Cell) (Answer, error) {
	a := Answer{Figures: map[string]float64{}}
	// What is opened at the first client and kept is no client's.
	if err := visit(ctx, s, 1, 1); err != nil {
		return a, err
	}
	before, err := settled(ctx, s, 0)
	if err != nil {
		return a, err
	}
	if before == 0 {
		a.Withheld = "the meter can't count this server's descriptors"
		return a, nil
	}
	if err := visit(ctx, s, guests, c.Visits); err != nil {
		return a, err
	}
	after, err := settled(ctx, s, before)
	a.Figures["visits"], a.Figures["descriptors_before"], a.Figures["descriptors_after"] = guests, before, after
	a.Figures["descriptors_left"] = max(after-before, 0)
	return a, err
}

// visit has n clients come and go, so many at a time.
func visit(ctx context.Context, s Subject, n, at int) error {
	var come atomic.Int64
	doors, ctx := errgroup.WithContext(ctx)
	for range at {
		doors.Go(func() error {
			for i := come.Add(1); i <= int64(n); i = come.Add(1) {
				if err := comeAndGo(ctx, s.Addr(protocol.Echo)); err != nil {
					return fmt.Errorf("client %d of %d that come and go: %w", i, n, err)
				}
			}
			return nil
		})
	}
	return doors.Wait()
}

func comeAndGo(ctx context.Context, addr string) error {
	c, err := call(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // by a reset, which leaves no port in TIME_WAIT
	}
	return c.asked(ctx)
}

// settled returns how many descriptors the server has, when they are as few as enough, or the time is over. If enough is
// 0 it returns when their number stays.
func settled(ctx context.Context, s Subject, enough float64) (n float64, err error) {
	same := 0
	for end := time.Now().Add(tidyTime); ; {
		r, err := s.Read(ctx)
		if err != nil {
			return n, err
		}
		if same++; r.Descriptors != n {
			n, same = r.Descriptors, 1
		}
		if n <= enough || enough == 0 && same >= still || time.Now().After(end) {
			return n, nil
		}
		if err := rest(ctx, tidyLook); err != nil {
			return n, err
		}
	}
}
