package experiment

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Overload: half as much again as a server can do is asked of it, by clients who come whether or not the last was
// served. It must let somebody down: all of them, ever longer, or with -admit those for whom there is no room, at once.
var overload = Experiment{
	Name:   "overload",
	About:  "visits that ask for work, half as many again as can be served: the longest response, with and without -admit",
	Metric: result.Figures,
	Cells: []Cell{{
		Visits: sizingVisits, Window: 6 * time.Second, Step: overloadPart,
		Load: "visits at 1.5 times capacity: connect, one request of work, reset",
	}},
	Apps: []protocol.App{protocol.Work},
	Ask:  overloaded,
}

const (
	overloadPart = 1.5
	sizedRate    = 5000 // visits a second that the work is sized to
	sizingVisits = 32   // at a time, while it is being sized
	admitted     = 100  // that may wait with -admit; at 5,000/s they wait for 20 ms
)

func overloaded(ctx context.Context, s Subject, c Cell) (Answer, error) {
	a := Answer{Figures: map[string]float64{}}
	unit := c.Window / 20
	n, capacity, err := sized(func(n int) (float64, error) { return visitsTaken(ctx, s, c.Visits, n, unit) })
	if err != nil {
		return a, fmt.Errorf("looking for the work of which %d a second can be done: %w", sizedRate, err)
	}
	a.Figures["work_rounds"], a.Figures["capacity_per_s"] = float64(n), capacity
	crowd := crowd{addr: s.Addr(protocol.Work), n: n, rate: c.Step * capacity, window: 5 * unit, patience: c.Window}
	seen, err := crowd.visit(ctx)
	a.Withheld = seen.withheld()
	if err != nil {
		return a, err
	}
	seen.put(a.Figures, "")
	if _, can := models.Sizes(s.Model().Name, nil)["admit"]; !can {
		return a, nil
	}
	if err := s.Fresh(ctx, "-admit="+strconv.Itoa(admitted)); err != nil {
		return a, err
	}
	seen, err = crowd.visit(ctx)
	if a.Withheld == "" {
		a.Withheld = seen.withheld()
	}
	if err == nil {
		seen.put(a.Figures, "admit_")
	}
	return a, err
}

// visitsTaken is how many visits a second a service takes that ask for n rounds, one coming when another leaves.
func visitsTaken(ctx context.Context, s Subject, at, n int, d time.Duration) (float64, error) {
	e, err := s.Engine("work "+strconv.Itoa(n), engine.Options{Traffic: engine.Work(n)})
	if err != nil {
		return 0, err
	}
	visits, err := e.Churn(ctx, s.Addr(protocol.Work), at)
	if err != nil {
		return 0, err
	}
	defer visits.Close()
	m, err := visits.Steady(ctx, warm(d), d)
	switch {
	case err != nil:
		return 0, err
	case m.Errors.Total() > 0:
		return 0, fmt.Errorf("%d visits failed: %s", m.Errors.Total(), m.Errors.First)
	case m.Requests == 0:
		return 0, fmt.Errorf("no visit of %d rounds ended within %v", n, d)
	}
	return m.Rate(), nil
}

// sized finds how much work makes a visit so long that sizedRate of them can be served, and how many then are. A visit
// takes a time of its own and a time for each round: two sizes tell both, and what is found is corrected twice at most.
func sized(taken func(n int) (perSecond float64, err error)) (n int, capacity float64, err error) {
	short, err := taken(1)
	if err != nil {
		return 0, 0, err
	}
	n = 2000
	if capacity, err = taken(n); err != nil {
		return 0, 0, err
	}
	for range 3 {
		round := leastRound
		if n > 1 {
			round = max((1/capacity-1/short)/float64(n-1), leastRound)
		}
		n = int(min(max(1+math.Round((1./sizedRate-1/short)/round), 1), protocol.MaxWork))
		if capacity, err = taken(n); err != nil {
			return 0, 0, err
		}
		if n == 1 || math.Abs(capacity/sizedRate-1) <= sizedWithin {
			break
		}
	}
	return n, capacity, nil
}

const (
	sizedWithin = 0.1
	leastRound  = 20e-9 // s: no CPU is that fast; less is noise
)
