package report

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

func TestRateThatTheClientLimitsHasNoRank(t *testing.T) {
	records := func(ratio float64, contender, reference string) (out []result.Record) {
		for round := 1; round <= 6; round++ {
			out = append(out, result.Record{
				Round: round, Outcome: result.OK, Metric: result.Rate, Ratio: ratio + 0.001*float64(round),
				Contender: result.Side{ClientBound: contender}, Reference: result.Side{ClientBound: reference},
			})
		}
		return out
	}
	floor := Floor{Value: 0.02, Known: true}
	for _, c := range []struct {
		ratio                float64
		contender, reference string
		verdict              stats.Verdict
		mark                 string
	}{
		{0.6, "", "", stats.Less, " "},
		{0.6, "client-bound", "", stats.Unknown, "c"},
		{0.6, "", "client-bound", stats.Less, " "}, // who is slower than a limited reference is slower still
		{1.3, "", "client-bound", stats.Unknown, "c"},
		{1.3, "", "", stats.More, " "},
	} {
		cell := cellOf(records(c.ratio, c.contender, c.reference), floor)
		assert.Equal(t, c.verdict, cell.Verdict, "%+v", c)
		assert.Equal(t, c.mark, Row{Model: "thread"}.mark(cell), "%+v", c)
	}
}

func TestMarkOfTheClientIsExplained(t *testing.T) {
	run := madeup.Full()
	for i := range run.Records {
		if run.Records[i].Experiment == "throughput" {
			run.Records[i].Contender.ClientBound = "client-bound: with a slower client the rate falls"
		}
	}
	var out bytes.Buffer
	Summarise(run.Run).WriteBrief(&out)
	assert.Contains(t, out.String(), "c: the client is as busy as the server")
}
