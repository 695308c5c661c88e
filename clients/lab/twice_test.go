package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
)

// ran makes a run over the services as they are built here, and returns what it left.
func ran(t *testing.T, args ...string) result.Run {
	results := t.TempDir()
	status, out, stderr := lab(t, root, append([]string{"run", "-local", binaries(t), "-results", results}, args...)...)
	require.Zero(t, status, "%s\n%s", out, stderr)
	folders, err := filepath.Glob(filepath.Join(results, "*"))
	require.NoError(t, err)
	require.Len(t, folders, 1)
	run, err := result.Read(folders[0])
	require.NoError(t, err)
	require.True(t, run.Manifest.Complete)
	return run
}

// Real services, six rounds, twice, on a machine that may do anything else meanwhile: what the two runs decide may differ in
// whether they do, and never in what. (Two of 4,096 pairs would for a claim whose truth lies just at its bar.)
func TestTwoRunsNeverGiveOppositeVerdicts(t *testing.T) {
	first := ran(t, "-rounds", "6", "-time", "0.1", "-seed", "3", "-experiments", "throughput,facts", "-models", "select,poll")
	second := ran(t, "-like", first.Path)
	assert.Equal(t, first.Manifest.Plan.Order, second.Manifest.Plan.Order)
	assert.Equal(t, first.Path, second.Manifest.Repeats)
	assert.Len(t, first.Spikes(), 6, "an effect is planted in each round")

	decided := [2]int{}
	for i, a := range claims.Ledger(first) {
		b := claims.Ledger(second)[i]
		assert.False(t, opposite(a.Verdict, b.Verdict), "%s: %s, and then %s", a.ID, a.Verdict, b.Verdict)
		for k, f := range a.Findings {
			g := b.Findings[k]
			assert.False(t, opposite(f.Verdict, g.Verdict), "%s: %s\n%v: %s\n%v: %s", a.ID, a.Tests[k].What, f.Measured(), f.Verdict, g.Measured(), g.Verdict)
			for run, v := range []claims.Verdict{f.Verdict, g.Verdict} {
				if v.Decided() {
					decided[run]++
				}
			}
		}
	}
	t.Logf("decided: %d and %d tests of claims", decided[0], decided[1])
	for run, planted := range []spike.Verdict{spike.Of(first), spike.Of(second)} {
		assert.True(t, decided[run] > 0 || planted.Void() != "", "what facts asks of the machine decides something")
	}
}

// opposite says that one says yes and the other no.
func opposite(a, b claims.Verdict) bool {
	return a.Decided() && b.Decided() && (a == claims.Refuted) != (b == claims.Refuted)
}

// noise is what gates say of a machine that did something else meanwhile, which gate 0 marks.
var noise = []string{"nobody was the bottleneck: ", "stalled: ", "it was no open loop"}

// passed says that no gate withheld a trial, but for what gate 0 explains.
func passed(r result.Record) bool {
	if r.Outcome == result.OK {
		return true
	}
	return r.Outcome == result.Withheld && r.Disturbed != "" && !slices.ContainsFunc(append([]string{r.Reason}, r.Also...), func(reason string) bool {
		return !slices.ContainsFunc(noise, func(n string) bool { return strings.Contains(reason, n) })
	})
}

// An honest trial of epoll beside its twin passes every gate, in a closed loop of one and of many and in an open loop. What
// else this machine does may fail any one of them, and not all of many.
func TestHonestTrialOfEpollPassesAllGates(t *testing.T) {
	const tries = 5
	why := map[string][]string{"latency": nil, "throughput": nil, "rate": nil}
	for range tries {
		run := ran(t, "-models", "epoll", "-experiments", "latency,throughput,rate", "-rounds", "1", "-time", "0.3")
		for _, p := range run.Manifest.Services {
			assert.Empty(t, p.Verified.Failed, "gate 1")
		}
		for _, r := range run.Records {
			if reasons, left := why[r.Experiment]; left {
				require.True(t, r.Twin)
				why[r.Experiment] = append(append(reasons, r.Disturbed, r.Reason), r.Also...)
				if passed(r) {
					assert.Positive(t, r.Ratio)
					delete(why, r.Experiment)
				}
			}
		}
		if len(why) == 0 {
			return
		}
	}
	assert.Empty(t, why, "never passed: what the gates said")
}

func TestWhatNoiseExplains(t *testing.T) {
	busy := result.Record{Outcome: result.Withheld, Disturbed: "a burner", Reason: "epoll: nobody was the bottleneck: ...", Also: []string{"epoll: stalled: ..."}}
	assert.True(t, passed(busy))
	busy.Also = append(busy.Also, "epoll: unfair: ...")
	assert.False(t, passed(busy))
	busy.Disturbed, busy.Also = "", nil
	assert.False(t, passed(busy), "the machine was quiet")
}
