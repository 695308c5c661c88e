package spike

import (
	"math"

	"c10klab/clients/internal/stats"
)

// Metric is a figure that an effect shows in.
type Metric struct {
	Name    string
	Planted func(Slowed) float64 // the effect on it, as a ratio
	worse   stats.Verdict
}

// Metrics are the rate, and the CPU time for a reply that counts.
var Metrics = [2]Metric{{"rate", Slowed.Rate, stats.Less}, {"CPU", Slowed.CPU, stats.More}}

// Effect is what became of a known effect in one metric.
type Effect struct {
	Slowed
	Metric  string
	Planted float64        // ratio
	Found   stats.Estimate // ratio
	Floor   float64        // the noise that it is judged by; NaN: not known
	Seen    bool
}

// Look judges an effect by the ratios of the trials that it was planted in, as contenders are judged.
func (m Metric) Look(s Slowed, ratios []float64, floor float64) Effect {
	e := Effect{Slowed: s, Metric: m.Name, Planted: m.Planted(s), Found: stats.Over(ratios), Floor: floor}
	e.Seen = stats.Judge(e.Found, floor) == m.worse
	return e
}

// Must says that a run which does not see it is void: it is larger than the noise.
func (e Effect) Must() bool { return math.Abs(e.Planted-1) > e.Floor }

// Known says that there are rounds and twins enough to judge it.
func (e Effect) Known() bool { return e.Found.Coverage >= stats.Confidence && !math.IsNaN(e.Floor) }
