package try

import (
	"math"

	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/stats"
)

// Metric is one of the figures that are compared.
type Metric int

// The metrics, in the order of the table.
const (
	Rate     Metric = iota // replies per second of a busy server
	CPU                    // CPU time of the service for each of them, in us
	Response               // median response time at one connection, in us
	metrics
)

// better says whether a verdict is good news.
func (m Metric) better(v stats.Verdict) bool { return (v == stats.More) == (m == Rate) }

// Figures are what one side showed in one round.
type Figures [metrics]float64

// Pair is a service beside the committed one, loaded by turns.
type Pair struct{ Contender, Reference Figures }

// Round is one of the paired rounds.
type Round struct{ Yours, Twin Pair }

// Outcome is all that a try measured.
type Outcome struct {
	Model   string
	Clients int // of the busy load
	Planned int // rounds
	Rounds  []Round
	Seed    uint64
	Pinning pin.Choice
	Network string
}

func (s *session) outcome(rounds []Round) Outcome {
	return Outcome{
		Model: s.yours.Model, Clients: s.clients, Planned: s.Rounds, Rounds: rounds,
		Seed: s.Seed, Pinning: s.Pinning, Network: s.Network,
	}
}

// Finding is what the rounds say of one metric.
type Finding struct {
	Committed, Yours float64        // medians
	Ratio            stats.Estimate // yours / committed
	Floor            float64        // from which difference on it is one; NaN: not known
	Verdict          stats.Verdict
}

// Find judges one metric. The floor is for all metrics at once, since each of
// them is one more chance to find a difference where there is none.
func (o Outcome) Find(m Metric) Finding {
	var committed, yours, ratios, noise []float64
	for _, r := range o.Rounds {
		committed = append(committed, r.Yours.Reference[m])
		yours = append(yours, r.Yours.Contender[m])
		ratios = append(ratios, r.Yours.ratio(m))
		noise = append(noise, r.Twin.ratio(m))
	}
	f := Finding{Committed: stats.Median(committed), Yours: stats.Median(yours), Ratio: stats.Over(ratios), Floor: math.NaN()}
	if !finite(ratios) || !finite(noise) {
		return f // a meter read no CPU time: there is nothing to judge
	}
	f.Floor, _ = stats.Floor(noise, len(noise), int(metrics), o.Seed)
	f.Verdict = stats.Judge(f.Ratio, f.Floor)
	return f
}

func (p Pair) ratio(m Metric) float64 { return p.Contender[m] / p.Reference[m] }

func finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) || v <= 0 {
			return false
		}
	}
	return true
}
