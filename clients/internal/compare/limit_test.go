package compare

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/stats"
)

func TestParseLimit(t *testing.T) {
	for words, want := range map[string]float64{"5%": 0.05, "0.05": 0.05, " 12.5 %": 0.125, "0.1%": 0.001, "99%": 0.99} {
		limit, err := ParseLimit(words)
		assert.NoError(t, err, words)
		assert.InDelta(t, want, limit, 1e-12, words)
	}
	for words, want := range map[string]string{
		"": "want a share such as 5% or 0.05", "much": "want a share", "%": "want a share", "NaN": "want a share", "-5%": "want a share", "5%%": "want a share",
		"5": "want less than 1; 5 per cent is 5%", "100%": "want less than 100%", "inf": "want less than 1", "0": "want more than 0", "0%": "want more than 0",
	} {
		_, err := ParseLimit(words)
		assert.ErrorContains(t, err, want, words)
	}
}

func TestHeld(t *testing.T) {
	line := func(model string, m Metric, v Verdict, median float64) Line {
		return Line{Model: model, Metric: m, Verdict: v, Change: stats.Estimate{Median: median, Low: median - 0.02, High: median + 0.02, Rounds: 6}}
	}
	rate, cpu := Metrics[0], Metrics[1]
	c := Comparison{Lines: []Line{
		line("thread", rate, Worse, 0.9), line("crew", rate, Worse, 0.94), line("poll", cpu, Worse, 1.2), line("select", cpu, Better, 0.5), line("epolledge", rate, Within, 0.9),
	}}
	assert.NoError(t, c.Held(0.3))
	assert.EqualError(t, c.Held(0.05), "worse by more than 5 % and beyond noise:\n"+
		"  thread: rate at 64 0.90 (0.88 to 0.92)\n  poll: CPU per request at 64 1.20 (1.18 to 1.22)")
	assert.ErrorContains(t, Comparison{Lines: []Line{line("thread", rate, Untold, 0.5)}}.Held(0.05), "no figure could be judged")
	assert.ErrorContains(t, Comparison{}.Held(0.05), "no figure could be judged")
}
