package report

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

// mixedRun is six rounds of one's own load: epoll and select cost alike, thread twice that, crew stops.
func mixedRun() *madeup.Run {
	m := madeup.New("thread", "crew", "select", "epoll")
	load := func(model string, cost float64) {
		for round := 1; round <= 6; round++ {
			wobble := 1 + 0.002*float64(round%3)
			m.Add(model, mixName, func(r *result.Record) {
				r.Round, r.Connections, r.Load, r.Metric, r.Ratio, r.Twin = round, 64, "conns=64,active=64,bytes=64", result.Rate, wobble/cost, model == "epoll"
				r.Contender.CPU, r.Reference.CPU = 5*cost*wobble, 5
			}, 1)
		}
	}
	load("epoll", 1)
	load("select", 1.001)
	load("thread", 2)
	m.Add("crew", mixName, func(r *result.Record) {
		r.Connections, r.Load, r.Outcome, r.Reason = 64, "conns=64,active=64,bytes=64", result.Bound, "stops at 10: full"
	}, 1)
	return m
}

func TestOwnLoadEndsWithWhoIsCheapest(t *testing.T) {
	m, ok := Summarise(mixedRun().Run).Mix()
	require.True(t, ok)
	require.Len(t, m.Eliminated, 1)
	assert.Equal(t, Note{"crew: ", "bound: stops at 10: full."}, m.Eliminated[0])
	require.Len(t, m.Served, 3)
	assert.Equal(t, "thread", m.Served[2].Model)
	assert.ElementsMatch(t, []string{"select"}, m.Tied)
	var out bytes.Buffer
	Summarise(mixedRun().Run).WriteBrief(&out)
	text := out.String()
	assert.Contains(t, text, "Eliminated: crew: bound: stops at 10: full.")
	assert.Contains(t, text, "Tied with the cheapest within noise: select.")
	assert.Contains(t, text, "Cheapest: epoll, with 5")
	assert.NotContains(t, text, "waits in", "nothing else was measured")
}

func TestOwnLoadOfOneRoundNamesNobody(t *testing.T) {
	run := mixedRun()
	var kept []result.Record
	for _, r := range run.Records {
		if r.Round <= 1 {
			kept = append(kept, r)
		}
	}
	run.Records = kept
	m, _ := Summarise(run.Run).Mix()
	assert.Contains(t, m.Sentences()[len(m.Sentences())-1].Words, "Too few rounds")
	_, own := Summarise(madeup.Full().Run).Mix()
	assert.False(t, own)
}

func TestModelThatDiedOnceIsEliminated(t *testing.T) {
	ok, died := result.Record{Outcome: result.OK}, result.Record{Outcome: result.Failed, Reason: "thread died"}
	noisy := result.Record{Outcome: result.Withheld, Reason: "stalled"}
	assert.Empty(t, eliminated([]result.Record{noisy, ok}))
	assert.Equal(t, "failed: thread died", eliminated([]result.Record{ok, died, ok}))
	assert.Equal(t, "withheld: stalled", eliminated([]result.Record{noisy}))
}
