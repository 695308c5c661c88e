package kernelfacts

import (
	"fmt"
	"math/bits"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/stats"
)

const (
	watched = 10 // sockets
	blocks  = 31 // of calls, taken in turns by all that are compared
	calls   = 100
)

// place is where the sockets' descriptors are.
type place struct {
	fds  []int
	nfds int // up to where select is asked
}

// walk compares places. All are the same sockets: what differs is their numbers alone.
func walk() (Answer, error) {
	runtime.LockOSThread() // its CPU clock is read
	a := newAnswer()
	places, err := spread(unix.FD_SETSIZE)
	if err != nil {
		return a, err
	}
	var ways []func() error
	for _, p := range places {
		ways = append(ways, p.selecting(), p.polling())
	}
	low, high := places[0], places[len(places)-1]
	ways = append(ways, place{low.fds, high.nfds}.selecting())
	ns, err := compare(ways)
	if err != nil {
		return a, err
	}

	var x, selects, polls []float64
	for i, p := range places {
		x, selects, polls = append(x, float64(p.nfds)), append(selects, ns[2*i]), append(polls, ns[2*i+1])
		a.Figures[fmt.Sprintf("select_%d_ns", p.nfds)] = ns[2*i]
		a.Figures[fmt.Sprintf("poll_%d_ns", p.nfds)] = ns[2*i+1]
	}
	last := len(places) - 1
	a.Figures["nfds_low"], a.Figures["nfds_high"] = x[0], x[last]
	a.Figures["select_low_ns"], a.Figures["select_high_ns"] = selects[0], selects[last]
	a.Figures["select_low_all_ns"] = ns[len(ns)-1]
	a.Figures["poll_low_ns"], a.Figures["poll_high_ns"] = polls[0], polls[last]
	for name, y := range map[string][]float64{"select": selects, "poll": polls} {
		if line, ok := stats.Fit(x, y); ok {
			a.Figures[name+"_slope_ns"], a.Figures[name+"_r2"] = line.Slope, line.R2
		}
	}
	a.Notes["walk"] = fmt.Sprintf("fs/select.c: select goes by words of %d descriptors up to the number that it is given, and passes over empty ones; "+
		"sets of more than some 300 don't fit on its stack and are allocated for each call, which makes a step rather than a line", bits.UintSize)
	return a, nil
}

// spread opens the sockets and gives each of them more descriptors: all right below 128, 256 and so on up to limit.
func spread(limit int) (places []place, err error) {
	const lowest = 128
	var sockets []int
	for range watched / 2 {
		pair, err := socketPair()
		if err != nil {
			return nil, err
		}
		sockets = append(sockets, pair[:]...)
	}
	places = []place{{sockets, sockets[watched-1] + 1}}
	if places[0].nfds > lowest-watched {
		return nil, fmt.Errorf("the lowest free descriptors go up to %d: this process was started with too many open", places[0].nfds)
	}
	for end := lowest; end <= limit; end *= 2 {
		p := place{nfds: end}
		for i, fd := range sockets {
			at := end - watched + i
			if err := duplicate(fd, at); err != nil {
				return nil, err
			}
			p.fds = append(p.fds, at)
		}
		places = append(places, p)
	}
	return places, nil
}

func (p place) selecting() func() error {
	want, got := newSet(p.nfds), newSet(p.nfds)
	for _, fd := range p.fds {
		want.add(fd)
	}
	return func() error {
		copy(got, want) // select overwrites what it is given
		return selectNow(p.nfds, got, nil)
	}
}

func (p place) polling() func() error {
	fds := make([]unix.PollFd, len(p.fds))
	for i, fd := range p.fds {
		fds[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	return func() error { return pollNow(fds) }
}

// compare returns what each way costs, the CPU ns of a call: the median over blocks
// that alternate, so that a drift of the machine is everybody's.
func compare(ways []func() error) ([]float64, error) {
	spent := make([][]float64, len(ways))
	for range blocks {
		for i, way := range ways {
			before, err := threadCPU()
			if err != nil {
				return nil, err
			}
			for range calls {
				if err := way(); err != nil {
					return nil, err
				}
			}
			after, err := threadCPU()
			if err != nil {
				return nil, err
			}
			spent[i] = append(spent[i], float64(after-before)/calls)
		}
	}
	var medians []float64
	for _, s := range spent {
		medians = append(medians, stats.Median(s))
	}
	return medians, nil
}

// threadCPU is the CPU time of this thread, in ns.
func threadCPU() (int64, error) {
	var ts unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts)
	return ts.Nano(), os.NewSyscallError("clock_gettime", err)
}
