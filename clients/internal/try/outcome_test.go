package try

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// made returns an outcome in which yours differs by these factors, and noise is 1 %.
func made(rounds int, factors Figures) Outcome {
	o := Outcome{Model: "epoll", Clients: Clients, Planned: rounds, Seed: 1, Pinning: pin.Choice{Client: 1, Servers: []int{0}}, Network: "loopback"}
	for i := range rounds {
		wobble := 1 + 0.01*float64(i%3-1)
		base := Figures{123456, 5.4, 24.25}
		r := Round{Yours: Pair{Reference: base}, Twin: Pair{Reference: base}}
		for m := range metrics {
			r.Yours.Contender[m] = base[m] * factors[m] * wobble
			r.Twin.Contender[m] = base[m] * wobble
		}
		o.Rounds = append(o.Rounds, r)
	}
	return o
}

func shown(o Outcome) string {
	var out bytes.Buffer
	o.Write(&out)
	return out.String()
}

func TestEqualsAreWithinNoise(t *testing.T) {
	out := shown(made(6, Figures{1, 1, 1}))
	assert.Equal(t, 3, strings.Count(out, "within noise"), out)
	assert.Regexp(t, `(?m)^ replies/s at 64 +123,456  123,456  1\.000  0\.990 to 1\.010  within noise$`, out)
	assert.Contains(t, out, "6 paired rounds")
	assert.Contains(t, out, "Server: 1 CPU (CPU 0); client: CPU 1; loopback.")
	assert.Regexp(t, `\d\.\d %\s+or\s+more\s+in\s+response\s+time`, out)
}

func TestDifferencesAreNamed(t *testing.T) {
	out := shown(made(6, Figures{1.2, 1.2, 0.8}))
	assert.Regexp(t, `(?m)^ replies/s .* better$`, out)
	assert.Regexp(t, `(?m)^ CPU us/request .* worse$`, out)
	assert.Regexp(t, `(?m)^ response us at 1 .* better$`, out)
	out = shown(made(6, Figures{0.8, 0.8, 1.2}))
	assert.Regexp(t, `(?m)^ replies/s .* worse$`, out)
	assert.Regexp(t, `(?m)^ CPU us/request .* better$`, out)
	assert.Regexp(t, `(?m)^ response us at 1 .* worse$`, out)
}

func TestTooFewRoundsJudgeNothing(t *testing.T) {
	o := made(5, Figures{2, 2, 2})
	o.Planned = 6
	out := shown(o)
	assert.Equal(t, 3, strings.Count(out, "too few rounds"), out)
	assert.Contains(t, out, "5 paired rounds (stopped; 6 were planned)")
	assert.NotContains(t, out, "told apart")
	assert.Contains(t, shown(made(1, Figures{1, 1, 1})), "1 paired round,")
}

func TestWhatWasNotReadIsNotJudged(t *testing.T) {
	o := made(6, Figures{1.2, 1, 1})
	for i := range o.Rounds {
		o.Rounds[i].Yours.Reference[CPU], o.Rounds[i].Yours.Contender[CPU] = 0, 0
	}
	out := shown(o)
	assert.Regexp(t, `(?m)^ CPU us/request at 64 .* not measured$`, out)
	assert.NotContains(t, out, "NaN")
	o = made(6, Figures{1.2, 1, 1})
	o.Rounds[0].Twin.Contender[CPU] = 0
	assert.Regexp(t, `(?m)^ CPU us/request at 64 .* noise not known$`, shown(o))
}

func TestLinesFitATerminal(t *testing.T) {
	o := made(6, Figures{1, 1, 1})
	o.Clients, o.Pinning.Shared = 6, "client and services share CPU 0: rates, and latency under load, compare the pair and not the server"
	out := shown(o)
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, len(line), width+1, line)
	}
	assert.Contains(t, out, "Both were asked by 6 at a time instead of 64")
	assert.Contains(t, out, "Beware: client and services share CPU 0")
}

func TestNumbersHaveCommas(t *testing.T) {
	for want, v := range map[string]float64{"0": 0, "999": 999, "1,000": 1000, "12,345": 12345.4, "123,456": 123456, "1,234,567": 1234567} {
		assert.Equal(t, want, number(v, 0))
	}
	assert.Equal(t, "1,234.50", number(1234.5, 2))
	assert.Equal(t, "-", number(math.Inf(1), 0))
}

// Whatever noise there is: two that change places from round to round are not told apart.
func TestWhatGoesBothWaysIsNoDifference(t *testing.T) {
	if testing.Short() {
		t.Skip("each check draws 10,000 times from its noise")
	}
	rapid.Check(t, func(t *rapid.T) {
		o := made(2*rapid.IntRange(3, 6).Draw(t, "pairs of rounds"), Figures{1, 1, 1})
		m := rapid.SampledFrom([]Metric{Rate, CPU, Response}).Draw(t, "metric")
		for i, r := range o.Rounds {
			by := rapid.Float64Range(1, 2).Draw(t, "factor")
			if i%2 == 0 {
				by = 1 / by
			}
			o.Rounds[i].Yours.Contender[m] = r.Yours.Reference[m] * by
			o.Rounds[i].Twin.Contender[m] = r.Twin.Reference[m] * rapid.Float64Range(0.5, 2).Draw(t, "noise")
		}
		if f := o.Find(m); f.Verdict != stats.Tied {
			t.Fatalf("%+v", f)
		}
	})
}

func TestClientsAreAsManyAsBothServe(t *testing.T) {
	for _, c := range []struct {
		model string
		args  []string
		want  int
	}{
		{"epoll", nil, 64},
		{"iterative", nil, 1},
		{"threadpool", []string{"-pool", "8"}, 8},
		{"epoll", []string{"-backlog", "5"}, 6},
		{"epoll", []string{"-backlog=5", "--backlog=9"}, 10},
		{"epoll", []string{"-backlog", "4096"}, 64},
		{"epoll", []string{"-backlog"}, 64},
		{"prefork", []string{"-backlog=20", "-pool=8"}, 8},
	} {
		committed := target.Target{Service: target.Service{Model: c.model}}
		yours := target.Target{Service: target.Service{Model: c.model, Args: c.args}}
		assert.Equal(t, c.want, clients(Config{Committed: committed, Yours: yours}), "%s %v", c.model, c.args)
	}
}
