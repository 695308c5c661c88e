package experiment

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Ten thousand clients at once: the question that the lab has its name from.
var tenThousand = Experiment{
	Name:   "c10k",
	Counts: true,
	About:  "10,000 clients at once within the limits: are all of them answered, what does each take",
	Metric: result.Figures,
	Cells:  []Cell{{Step: 10000, Window: 1500 * time.Millisecond, Load: "10,000 clients come and stay, each asks once, and again at a roll call"}},
	Ask:    askTenThousand,
}

// askTenThousand finds clients, and answered: how many of them are at a roll call when all have come. Where all are, bytes_each is
// own_bytes_each of the server's processes and kernel_bytes_each of its cgroup. Notes hold the limits.
func askTenThousand(ctx context.Context, s Subject, c Cell) (Answer, error) {
	n := int(c.Step)
	a := Answer{Figures: map[string]float64{"clients": float64(n)}, Notes: map[string]string{}}
	if most, bound := holdable(); most < n {
		return Answer{Refused: fmt.Sprintf("%d clients are too many for the client, and not for the server: %s", n, bound)}, nil
	}
	before, err := s.Read(ctx)
	if err != nil {
		return a, err
	}
	t, err := newThrong(s.Addr(protocol.Echo))
	if err != nil {
		return a, err
	}
	defer t.Close()
	if err := t.come(ctx, n, onTheirWay, present, present, hush); err != nil {
		return a, err
	}
	after, err := s.Read(ctx)
	if err != nil {
		return a, err
	}
	if err := t.rollCall(ctx, hush); err != nil {
		return a, err
	}
	for _, name := range []string{"cpus", "memory_bytes", "pids", "nofile"} {
		if limit, bounded := after.Limits[name]; bounded {
			a.Notes["limit_"+name] = fmt.Sprintf("%.0f", limit)
		}
	}
	y := t.tally()
	a.Figures["answered"] = float64(y.answered)
	switch {
	case y.wrong > 0:
		a.Withheld = fmt.Sprintf("%d of %d clients were answered wrongly", y.wrong, y.came)
	case y.answered < n:
		a.Bound = fmt.Sprintf("stops at %d: of %d who came, %v", y.answered, y.came, y)
	default:
		a.each(before, after, float64(n))
	}
	return a, nil
}

// each puts down what n clients have taken, by what the meter read before and after.
func (a *Answer) each(before, after control.Reading, n float64) {
	own, kernel := after.Resident-before.Resident, after.MemoryKernel-before.MemoryKernel
	if own <= 0 {
		return
	}
	a.Figures["own_bytes_each"] = own / n
	if after.KernelKnown() {
		a.Figures["kernel_bytes_each"], a.Figures["bytes_each"] = kernel/n, (own+kernel)/n
	}
}
