package exercise

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/result"
)

// switched is a run in which kinds of a switch cost so much, by their names, round by round.
func switched(ns map[string][]float64) Run {
	var run result.Run
	for kind, values := range ns {
		for i, v := range values {
			run.Records = append(run.Records, result.Record{
				Experiment: "switch", Model: kind, Round: i + 1, Outcome: result.OK, Figures: map[string]float64{"ns": v},
			})
		}
	}
	return NewRun(run)
}

var kinds = map[string][]float64{
	"call":   {1, 1, 1, 1, 1, 1},
	"thread": {900, 1000, 900, 1000, 900, 1000},
	"pipe":   {910, 1010, 910, 1010, 910, 1010},
	"late":   {1, 2},
}

func TestOneOwnFigureOverAnotherRoundByRound(t *testing.T) {
	r := switched(kinds)
	f := r.Fraction("switch", "pipe", "ns", "thread", "ns")
	assert.Equal(t, 6, f.Rounds)
	assert.InDelta(t, 1.01, f.Low, 0.001)
	assert.InDelta(t, 1.011, f.High, 0.001)
	assert.Equal(t, 2, r.Fraction("switch", "thread", "ns", "late", "ns").Rounds, "only rounds that have both")

	assert.Contains(t, r.Fraction("switch", "fiber", "ns", "call", "ns").Missing, "switch of fiber was not measured")
	assert.Contains(t, r.Fraction("switch", "call", "ns", "call", "us").Missing, "switch of call was not measured")
	for i := range r.Records {
		r.Records[i].Outcome, r.Records[i].Reason = result.Withheld, "a gate"
	}
	r = NewRun(r.Run)
	assert.Contains(t, r.Fraction("switch", "pipe", "ns", "call", "ns").Missing, "a gate")
}

func TestOrderOfOwnFigures(t *testing.T) {
	r := switched(kinds)
	order := r.OrderOfOwn("switch", "ns", "pipe", "thread", "call")
	assert.Equal(t, []string{"call", "thread", "pipe"}, order.Order)
	assert.ElementsMatch(t, [][2]string{{"call", "thread"}, {"call", "pipe"}}, order.Firm, "a hundredth is no difference")
	assert.Contains(t, r.OrderOfOwn("switch", "ns", "call", "late").Undecided, "too few rounds")
}
