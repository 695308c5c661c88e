package comparison

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/trial"
)

// herdOf measures one small herd on the fake thread service.
func herdOf(t *testing.T, s *stand, idle ...int) []result.Record {
	e, err := experiment.Find("herd")
	require.NoError(t, err)
	step := plan.Step{Experiment: e}
	for _, n := range idle {
		step.Cells = append(step.Cells, experiment.Cell{Connections: 1, Idle: n, Window: 100 * time.Millisecond})
	}
	bench, err := trial.NewBench(s.config.Targets, -1, 0)
	require.NoError(t, err)
	t.Cleanup(bench.Close)
	bench.Untimed = true
	var records []result.Record
	err = bench.Run(context.Background(), plan.Trial{Block: "herd", Round: 1, Rounds: 1, Model: s.thread.service, Steps: []plan.Step{step}}, 1, 1,
		func(r result.Record) error {
			records = append(records, r)
			return nil
		})
	require.NoError(t, err)
	return records
}

func TestHerdGrowsInOneProcess(t *testing.T) {
	s := newStand(t)
	records := herdOf(t, s, 0, 10, 40)
	require.Len(t, records, 3)
	for i, r := range records {
		assert.Equal(t, result.OK, r.Outcome, r.Reason)
		assert.Equal(t, []int{0, 10, 40}[i], r.Idle)
		assert.Equal(t, 4e6+1024*float64(r.Idle+1), r.Contender.Resident, "read with the whole herd connected")
		assert.Equal(t, 4e6+1024.0, r.Reference.Resident, "the reference has no herd")
		assert.Equal(t, r.Idle+1, r.Contender.Waits.Serving["read"])
	}
	assert.Equal(t, 1, s.thread.restarts, "one process for all steps")
}

func TestModelThatStopsShowsItsBound(t *testing.T) {
	s := newStand(t)
	s.thread.most = 20
	records := herdOf(t, s, 10, 50)
	require.Len(t, records, 2)
	assert.Equal(t, result.OK, records[0].Outcome, records[0].Reason)
	assert.Equal(t, result.Bound, records[1].Outcome, records[1].Reason)
	assert.Contains(t, records[1].Reason, "stops at ")
}

func TestModelThatIsFullAlready(t *testing.T) {
	s := newStand(t)
	s.thread.most = 11 // the herd of 10, and the active one
	records := herdOf(t, s, 10, 30, 60)
	require.Len(t, records, 2, "with more clients it would say the same")
	assert.Equal(t, result.OK, records[0].Outcome, records[0].Reason)
	assert.Equal(t, result.Bound, records[1].Outcome, records[1].Reason)
	assert.Contains(t, records[1].Reason, "stops at 1") // 10 or 11: the active one may not have left yet
}

// A pool of 64 with 40 idle clients answers 24 more.
func TestDeclaredCountsWhoIsThere(t *testing.T) {
	s := newStand(t)
	pool := as(t, "prefork")
	s.thread = pool
	s.config.Targets = append(s.config.Targets, pool.target())
	records := herdOf(t, s, 40, 100)
	require.Len(t, records, 2)
	assert.Equal(t, result.OK, records[0].Outcome, records[0].Reason)
	assert.Equal(t, result.Declared, records[1].Outcome, records[1].Reason)
	assert.Equal(t, "64 of 101", records[1].Reason)
	assert.Equal(t, 64, records[1].Contender.Answering)
}
