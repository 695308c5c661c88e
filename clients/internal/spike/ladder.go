package spike

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Steps are the effects that a run may judge itself by. Which one, its noise decides when all is measured: who counts is
// settled slice by slice for each of them, so that one trial has them all.
var Steps = []Slowed{{10}, {20}, {30}, {40}, {60}, {80}}

// Experiment is the trial that a run makes once a round, of so much load: the reference beside its twin, slowed by the first
// of Steps. What it would have been with the others stands in the record's figures.
func Experiment(window time.Duration) experiment.Experiment {
	return experiment.Experiment{
		Name: result.Spike, Metric: result.Rate, Saturates: true, // as throughput: what a gate withholds there is withheld here
		About: "the reference beside its twin, of whose clients some don't count: is an effect found that is known to be there",
		Cells: []experiment.Cell{{
			Connections: Clients, Window: window,
			Load: fmt.Sprintf("each asks, and asks again; the replies to %d of the twin's don't count", Steps[0].Uncounted),
		}},
		Open: func(ctx context.Context, e experiment.Engines, side experiment.Address, _ experiment.Cell) (experiment.Conns, error) {
			return Dial(ctx, e, "clients", side(protocol.Echo), Clients)
		},
		Load: func(ctx context.Context, _ *engine.Engine, s experiment.Sides, c experiment.Cell) (engine.Paired, error) {
			l := &ladder{Side: s.Contender}
			p, err := engine.Pair(ctx, l, s.Reference, engine.Plan{Time: c.Window, Connections: c.Connections})
			p.Figures = l.figures()
			return p, err
		},
	}
}

// Throughput is the experiment whose twins say how loud a run is. Its contenders' noise is the same kind's: many clients, all asking.
const Throughput = "throughput"

// ladder are clients of which those count that count in the first step. Of the others it keeps the count.
type ladder struct {
	engine.Side
	slices int
	all    uint64
	at     [8]uint64 // replies that count, by step
}

// Slice counts. The first one is the warm-up, whose replies are in no rate.
func (l *ladder) Slice(discard, measure time.Duration) (engine.Slice, error) {
	s, err := l.Side.Slice(discard, measure)
	if l.slices++; l.slices > 1 && len(s.Each) == Clients {
		l.all += sum(s.Each)
		for i, step := range Steps {
			l.at[i] += sum(s.Each[:Clients-step.Uncounted])
		}
	}
	return first(s, Clients-Steps[0].Uncounted), err
}

// figures are the shares of all replies that count, by step; nil where there was none.
func (l *ladder) figures() map[string]float64 {
	if l.all == 0 {
		return nil
	}
	shares := map[string]float64{}
	for i, step := range Steps {
		shares[counted(step)] = float64(l.at[i]) / float64(l.all)
	}
	return shares
}

// counted is the name of a step's figure.
func counted(s Slowed) string { return fmt.Sprintf("counted@%d", s.Uncounted) }

// at is what a record's ratio was at a step: in rate, and in CPU time for a reply; 0: not known.
func at(r result.Record, s Slowed) (ratios [2]float64) {
	share := r.Figures[counted(s)] / r.Figures[counted(Steps[0])] // NaN without figures
	if !(share > 0) || r.Outcome != result.OK || r.Ratio <= 0 {
		return ratios
	}
	ratios[0] = r.Ratio * share
	if r.Contender.CPU > 0 && r.Reference.CPU > 0 {
		ratios[1] = r.Contender.CPU / r.Reference.CPU / share
	}
	return ratios
}
