package claims

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/result"
)

func TestRateThatTheClientLimitsDecidesNothing(t *testing.T) {
	e := func(ratio float64, contender, reference string) Evidence {
		var run result.Run
		for round := 1; round <= 6; round++ {
			for _, twin := range []bool{false, true} {
				r := result.Record{
					Round: round, Outcome: result.OK, Experiment: "thousand", Model: "thread", Connections: 1000, Metric: result.Rate, Ratio: ratio,
					Contender: result.Side{ClientBound: contender}, Reference: result.Side{ClientBound: reference},
				}
				if twin {
					r.Model, r.Twin, r.Ratio = "epoll", true, 1+0.001*float64(round)
				}
				run.Records = append(run.Records, r)
			}
		}
		return Evidence{run}
	}
	of := func(e Evidence) Figure { return e.against("thread", thousand, ratio) }
	assert.InDelta(t, 0.5, of(e(0.5, "", "")).Median, 0)
	assert.Contains(t, of(e(0.5, "client-bound: so", "")).Missing, "client-bound: so")
	slower := of(e(0.5, "", "client-bound: so"))
	assert.InDelta(t, 0.5, slower.Median, 0, "who is slower than a limited reference is slower still")
	assert.Less(t, slower.Floor, 0.1, "the noise is known all the same")
	assert.Contains(t, of(e(0.99, "", "client-bound: so")).Missing, "client-bound: so")
}
