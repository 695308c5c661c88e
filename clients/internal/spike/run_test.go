package spike_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
)

func TestRunThatFindsItsEffectIsNotVoid(t *testing.T) {
	v := spike.Of(madeup.All().Plant(1).Run)
	require.Len(t, v.Effects, 2)
	assert.Empty(t, v.Void())
	for _, e := range v.Effects {
		assert.True(t, e.Known() && e.Must() && e.Seen, "%+v", e)
		assert.Equal(t, spike.Slowed{Uncounted: 10}, e.Slowed, "the noise is small")
	}
	assert.Equal(t, "A known effect, epoll made slower: in rate 0.90 was planted and 0.90 (0.88 to 0.92) is found; "+
		"in CPU 1.11 was planted and 1.11 (1.09 to 1.13) is found.", v.Caption())
}

func TestRunThatMissesItsEffectIsVoid(t *testing.T) {
	v := spike.Of(madeup.Void().Run)
	assert.Regexp(t, `^void: epoll made 10 % slower went unseen in rate: planted 0\.90, found 1\.00 \(0\.98 to 1\.02\), `+
		`told apart is what differs by \d\.\d %; epoll made 10 % slower went unseen in CPU: planted 1\.11, found .*\. Believe nothing of this run$`, v.Void())
	assert.Empty(t, v.Caption(), "it is said already")
}

// noisy makes the twins of a run differ so much more.
func noisy(m *madeup.Run, times float64) result.Run {
	for i, r := range m.Records {
		if r.Twin && r.Experiment == spike.Throughput {
			m.Records[i].Ratio = 1 + times*(r.Ratio-1)
			m.Records[i].Contender.CPU = 5 / m.Records[i].Ratio
		}
	}
	return m.Run
}

// What is planted is clearly larger than the noise: else a run would be void by chance.
func TestTheNoiseSaysHowMuchIsPlanted(t *testing.T) {
	for _, c := range []struct {
		times float64
		want  int
	}{{1, 10}, {2, 20}, {4, 30}, {5, 40}, {8, 60}, {10, 80}} {
		v := spike.Of(noisy(madeup.All().Plant(1), c.times))
		assert.Equal(t, c.want, v.Effects[0].Uncounted, "noise of %.1f %%", 100*v.Effects[0].Floor)
		assert.True(t, v.Effects[0].Seen)
		assert.Greater(t, 1-v.Effects[0].Planted, v.Effects[0].Floor)
	}
}

func TestWhatIsBelowTheNoiseIsSaid(t *testing.T) {
	v := spike.Of(noisy(madeup.All().Plant(0), 48))
	assert.Contains(t, v.Caption(), "in rate the planted 80 % is below what this run tells apart")
	assert.NotContains(t, v.Void(), "in rate")
}

func TestRunsOfOldAndShortOnesAreNotVoid(t *testing.T) {
	old := spike.Of(madeup.All().Run)
	assert.Empty(t, old.Effects)
	assert.Empty(t, old.Void()+old.Caption())
	for what, change := range map[string]func(r *result.Record) (keep bool){
		"five rounds":     func(r *result.Record) bool { return r.Round <= 5 },
		"none of twins":   func(r *result.Record) bool { return !r.Twin || r.Experiment == result.Spike },
		"without figures": func(r *result.Record) bool { r.Figures = nil; return true },
		"one withheld": func(r *result.Record) bool {
			if r.Round == 3 && r.Experiment == result.Spike {
				r.Outcome = result.Withheld
			}
			return true
		},
	} {
		run := madeup.Void().Run
		var kept []result.Record
		for _, r := range run.Records {
			if change(&r) {
				kept = append(kept, r)
			}
		}
		run.Records = kept
		assert.Empty(t, spike.Of(run).Void(), what)
		if what == "one withheld" {
			assert.Contains(t, spike.Of(run).Caption(), "in rate not judged, for 5 of 6 rounds are sound")
		}
	}
}
