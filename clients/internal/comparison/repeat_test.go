package comparison

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
)

// interrupted makes a run of four trials or more that ends after two of the model thread.
func interrupted(t *testing.T) (*stand, result.Run) {
	s := newStand(t)
	s.config.Plan.Experiments = []string{"latency"}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.thread.onRestart = func(n int) {
		if n == 3 { // claimed, its first trial, its second
			cancel()
		}
	}
	require.ErrorIs(t, Run(ctx, s.config), context.Canceled)
	s.thread.onRestart = nil
	return s, s.left(t)
}

func TestInterruptedRunGoesOn(t *testing.T) {
	s, run := interrupted(t)
	require.False(t, run.Manifest.Complete)
	had := len(run.Records)
	plan, err := Like(run.Manifest)
	require.NoError(t, err)
	s.config.Plan, s.config.Resume = plan, &run
	require.NoError(t, Run(context.Background(), s.config), s.out)
	s.assertGivenBack(t)

	whole := s.left(t)
	assert.True(t, whole.Manifest.Complete)
	assert.Equal(t, run.Manifest.Started, whole.Manifest.Started)
	require.Len(t, whole.Manifest.Resumed, 1)
	assert.Equal(t, had+1, whole.Manifest.Resumed[0].Trial, "a record for each trial of latency")
	assert.Equal(t, run.Records, whole.Records[:had], "what was measured stays")
	trials := map[int]int{}
	for _, r := range whole.Records {
		trials[r.Trial]++
	}
	assert.Len(t, trials, len(whole.Manifest.Plan.Order))
	for trial, n := range trials {
		assert.Equal(t, 1, n, "trial %d", trial)
	}
	s.config.Resume = &whole
	assert.ErrorContains(t, Run(context.Background(), s.config), "is whole: nothing is left to do")
}

func TestRunThatCannotGoOn(t *testing.T) {
	s, run := interrupted(t)
	s.config.Resume = &run
	for what, change := range map[string]func(*result.Manifest){
		"other thresholds": func(m *result.Manifest) { m.Thresholds.Hash = "0" },
		"another machine":  func(m *result.Manifest) { m.Machine.Kernel = "2.6.32" },
		"other services up": func(m *result.Manifest) {
			m.Plan.Order, m.Plan.Cells = append(m.Plan.Order, "rank 3 crew"), append(m.Plan.Cells, 1)
		},
	} {
		changed := run
		changed.Manifest.Plan.Order = append([]string{}, run.Manifest.Plan.Order...)
		change(&changed.Manifest)
		s.config.Resume = &changed
		assert.ErrorContains(t, Run(context.Background(), s.config), what)
	}
	assert.Equal(t, run.Records, s.left(t).Records, "nothing was lost")
}

func TestRunLikeAnother(t *testing.T) {
	s := newStand(t)
	s.config.Plan.Experiments, s.config.Plan.Rounds, s.config.Plan.Seed = []string{"latency"}, 2, 42
	require.NoError(t, Run(context.Background(), s.config), s.out)
	first := s.left(t)
	plan, err := Like(first.Manifest)
	require.NoError(t, err)
	s.config.Plan, s.config.Results, s.config.Repeats = plan, t.TempDir(), first.Path
	require.NoError(t, Run(context.Background(), s.config), s.out)
	second := s.left(t)
	assert.Equal(t, first.Manifest.Plan.Order, second.Manifest.Plan.Order)
	assert.Equal(t, first.Manifest.Thresholds, second.Manifest.Thresholds)
	assert.Equal(t, first.Path, second.Manifest.Repeats)
	require.Len(t, second.Records, len(first.Records))
	for i, r := range second.Records {
		assert.Equal(t, first.Records[i].Model, r.Model)
	}
}

func TestLikeHoldsOnesOwnLoad(t *testing.T) {
	mix, err := experiment.ParseMix("conns=10,active=20%")
	require.NoError(t, err)
	own := mix.Experiment()
	plan, err := Like(result.Manifest{Plan: result.Plan{Name: "quick", Rounds: 6, TimeFactor: 1, Load: own.Cells[0].Load}})
	require.NoError(t, err)
	assert.Equal(t, own.Cells, plan.Load.Cells)
	_, err = Like(result.Manifest{})
	assert.ErrorContains(t, err, "no plan that can be repeated")
}

func TestThresholdsAreHashed(t *testing.T) {
	a := thresholds()
	assert.Equal(t, a, thresholds())
	assert.Len(t, a.Hash, 64)
	assert.Contains(t, a.List, "stats MinRounds=6")
	assert.Contains(t, a.List, "gate JainIndex=0.9")
	assert.Contains(t, a.List, "claim switching-costs: replies/s with 1,000 clients, epoll / thread: at least 1.1")
}
