package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Cliff: how many clients a model has at a time before it takes or answers no more of them, and what those meet who come then.
var cliff = Experiment{
	Name:   "cliff",
	Counts: true,
	About:  "clients who come and stay, twice as many again and again: where a model stops, and what the next client meets",
	Metric: result.Figures,
	Cells:  []Cell{{Window: 5 * time.Second, Load: "clients come and stay, each asks once; as many as one client process can hold"}},
	Ask:    findCliff,
}

const (
	firstCliff = 64              // clients of the first step; each further one doubles them
	onTheirWay = 64              // clients at a time: a backlog of 128 has room for them
	hush       = 2 * time.Second // in which nobody is answered: nobody will be
)

// findCliff finds asked_for, how many came; answered, how many of them were served at a time; and stops_at, which is answered
// where it was fewer. Notes say what the others met, and of a model that stopped nowhere what kept more clients from coming.
func findCliff(ctx context.Context, s Subject, _ Cell) (Answer, error) {
	a := Answer{Figures: map[string]float64{}, Notes: map[string]string{}}
	most, bound := holdable()
	y, died, err := climb(ctx, s, firstCliff, most)
	if err != nil {
		return a, err
	}
	if died {
		if y, err = narrow(ctx, s, y); err != nil {
			return a, err
		}
	}
	a.Figures["asked_for"], a.Figures["answered"] = float64(y.came), float64(y.answered)
	switch {
	case y.wrong > 0:
		a.Withheld = fmt.Sprintf("%d of %d clients were answered wrongly", y.wrong, y.came)
	case y.answered < y.came:
		a.Figures["stops_at"] = float64(y.answered)
		a.Notes["how"] = y.String()
		if e := y.errno(); e != "" {
			a.Notes["errno"] = e
		}
	default:
		a.Notes["how"] = fmt.Sprintf("at least %d: %s", y.answered, bound)
	}
	if k := s.Model().Declared(y.came); k != "" {
		a.Notes["nature"] = k
	}
	return a, nil
}

// climb has first clients come, and as many again until some are not let in or there are most of them, and calls the roll. died
// says that those were lost who had been let in: what the model can hold is less.
func climb(ctx context.Context, s Subject, first, most int) (y tally, died bool, err error) {
	t, err := newThrong(s.Addr(protocol.Echo))
	if err != nil {
		return y, false, err
	}
	defer t.Close()
	for want := min(first, most); ; want = min(2*want, most) {
		if err := t.come(ctx, want-len(t.guests), onTheirWay, present, present, hush); err != nil {
			return y, false, err
		}
		if y = t.tally(); y.answered < y.came || want == most {
			break
		}
	}
	if err := t.rollCall(ctx, hush); err != nil {
		return y, false, err
	}
	y = t.tally()
	return y, y.thrown > 0, nil
}

// narrow finds how many a server holds that lost its clients when more came than that: halving between those of the last step
// that it held and those it lost, each in a fresh process.
func narrow(ctx context.Context, s Subject, lost tally) (y tally, err error) {
	held, high := 0, lost.came
	for high-held > max(held/50, 1) {
		if err := s.Fresh(ctx); err != nil {
			return y, err
		}
		middle := (held + high) / 2
		at, died, err := climb(ctx, s, middle, middle)
		if err != nil {
			return y, err
		}
		if died || at.answered < at.came {
			high, lost = middle, at
		} else {
			held = middle
		}
	}
	lost.answered = held
	return lost, nil
}

// holdable is how many connections this process can have to one address, and what bounds them.
func holdable() (n int, bound string) {
	const spare = 200 // descriptors for all else
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		limit.Cur = 1024
	}
	n = int(min(limit.Cur, 1<<20)) - spare
	bound = fmt.Sprintf("the client process may hold no more (RLIMIT_NOFILE is %d)", limit.Cur)
	if low, high, err := localPorts(); err == nil && high-low+1-spare < n {
		n = high - low + 1 - spare
		bound = fmt.Sprintf("the client has no more ports (net.ipv4.ip_local_port_range is %d to %d)", low, high)
	}
	return max(n, 1), bound
}

func localPorts() (low, high int, err error) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 0, 0, err
	}
	if n, err := fmt.Sscan(string(text), &low, &high); n < 2 {
		return 0, 0, errors.Join(errors.New("ip_local_port_range has no two numbers"), err)
	}
	return low, high, nil
}
