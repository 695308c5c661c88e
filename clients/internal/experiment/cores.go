package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	stdslices "slices"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/services/protocol"
)

// Cores: whether a second CPU makes a server compute more. The clients wait nearly all the time, so it does not matter that
// they take their little from one of the two where the machine has no third.
var cores = Experiment{
	Name:   "cores",
	About:  "16 clients whose handlers compute, on one CPU and on two: what the second one adds (clients may share them: they need a hundredth)",
	Metric: result.Figures,
	Apps:   []protocol.App{protocol.Work},
	Cells:  []Cell{{Connections: 16, Window: 1600 * time.Millisecond, Load: "16 clients of work 10000, on 1 CPU and on 2"}},
	Ask:    askCores,
}

const coresWork = 10000 // rounds of a request: about a millisecond

// oneCPUOnly is what a run says whose services have one.
const oneCPUOnly = "the services have 1 CPU here; LAB_CPUS=0,1 gives them 2"

// askCores finds replies_per_s@1 and @2, and two_over_one_ratio. Where the model can be told how many CPUs it may use at a time
// (-procs), procs1_replies_per_s@2 and procs1_two_over_one_ratio are what it makes of two when it may use one.
func askCores(ctx context.Context, s Subject, c Cell) (Answer, error) {
	a := Answer{Figures: map[string]float64{}}
	one, two := setting{"replies_per_s@1", 1, nil}, setting{"replies_per_s@2", 2, nil}
	turns := []setting{two, one, one, two} // a machine that becomes slower meanwhile slows both
	if stdslices.Contains(s.Model().Sizes, "procs") {
		turns = append(turns, setting{"procs1_replies_per_s@2", 2, []string{"-procs=1"}})
	}
	rates := map[string][]float64{}
	for _, t := range turns {
		if err := s.FreshOn(ctx, t.cpus, t.args...); tooFew(err) {
			return Answer{Refused: oneCPUOnly}, nil
		} else if err != nil {
			return a, err
		}
		rate, err := computed(ctx, s, c.Connections, c.Window/time.Duration(len(turns)))
		if err != nil {
			return a, fmt.Errorf("on %d CPUs: %w", t.cpus, err)
		}
		rates[t.name] = append(rates[t.name], rate)
		a.Figures[t.name] = stats.Median(rates[t.name])
	}
	for _, prefix := range []string{"", "procs1_"} {
		if on2 := a.Figures[prefix+two.name]; on2 > 0 && a.Figures[one.name] > 0 {
			a.Figures[prefix+"two_over_one_ratio"] = on2 / a.Figures[one.name]
		}
	}
	return a, nil
}

// setting is what a model computes under, and the name of its figure.
type setting struct {
	name string
	cpus int
	args []string
}

// tooFew says that a restart asked for more CPUs than the service has.
func tooFew(err error) bool {
	var refused *control.RefusedError
	return errors.As(err, &refused) && refused.Status == http.StatusConflict
}

// computed is how many replies of work n clients have in a second.
func computed(ctx context.Context, s Subject, n int, window time.Duration) (perSecond float64, err error) {
	e, err := s.Engine("cores", engine.Options{Traffic: engine.Work(coresWork)})
	if err != nil {
		return 0, err
	}
	g, err := group(ctx, s, e, s.Addr(protocol.Work), n)
	if err != nil {
		return 0, err
	}
	defer g.Close()
	m, err := steady(ctx, e, g, engine.Closed(), window)
	return m.Rate(), err
}
