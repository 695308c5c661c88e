package museum

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/stats"
)

// judgements are what the gates say of windows.
type judgements struct {
	books    []float64 // by how much rate times mean time misses the connections, %
	slowest  []float64 // rate of the slowest part, % of the median one's
	withheld map[string]int
	reason   string // the last one of gate 9
}

// judge puts a window to the gates that have something to judge here.
func (j *judgements) judge(m engine.Measured, cpu time.Duration, answered int) error {
	if len(m.Parts) < gate.PartsLeast {
		return fmt.Errorf("cut a window into parts: %w", errTooShort)
	}
	spent := m.Latency.Mean()/1e9*float64(m.Latency.TotalCount()) + m.Overhang.Seconds()
	j.books = append(j.books, 100*math.Abs(spent/m.Seconds/rankConns-1))
	rates := make([]float64, len(m.Parts))
	for i, p := range m.Parts {
		rates[i] = p.Rate()
	}
	j.slowest = append(j.slowest, 100*slices.Min(rates)/stats.Median(rates))
	if j.withheld == nil {
		j.withheld = map[string]int{}
	}
	steady := gate.Steady(m)
	for name, reason := range map[string]string{
		gateBusy:   gate.Saturated(gate.Busy{CPU: m.ClientCPU, Wall: m.Wall}, gate.Busy{CPU: cpu, Wall: m.Wall}),
		gateBooks:  gate.Little(rankConns, m),
		gateRoll:   gate.First(gate.Fair(m.Fairness), gate.Answered(gate.Roll{Service: "the server", Kind: "active", Clients: rankConns, Answered: answered})),
		gateLost:   gate.Samples(m),
		gateSteady: steady,
	} {
		if reason != "" {
			j.withheld[name]++
		}
	}
	if steady != "" {
		j.reason = steady
	}
	return nil
}

const (
	gateBusy   = "3 (somebody is busy)"
	gateBooks  = "4 (the books)"
	gateRoll   = "5 (everybody is served)"
	gateLost   = "8 (no lost samples)"
	gateSteady = "9 (steady)"
)

// said lists in how many windows which gate withholds the figures.
func (j judgements) said() string {
	var out []string
	for _, name := range []string{gateBusy, gateBooks, gateRoll, gateLost, gateSteady} {
		out = append(out, fmt.Sprintf("%s %d", name, j.withheld[name]))
	}
	return strings.Join(out, ", ")
}
