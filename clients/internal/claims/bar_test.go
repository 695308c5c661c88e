package claims

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"c10klab/clients/internal/stats"
)

// figure has six rounds around a median.
func figure(median, spread, floor float64) Figure {
	return Figure{Floor: floor, Estimate: stats.Over([]float64{
		median - spread, median - spread/2, median, median, median + spread/2, median + spread,
	})}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		bar  Bar
		f    Figure
		want Verdict
		why  string
	}{
		{AtLeast(1.10), figure(1.50, 0.1, 0.05), Confirmed, ""},
		{AtLeast(1.10), figure(1.12, 0.1, 0.05), Inconclusive, "the interval holds the threshold, at least 1.1"},
		{AtLeast(1.10), figure(1.07, 0.01, 0.02), Smaller, ""},
		{AtLeast(1.10), figure(1.05, 0.01, 0.02), Inconclusive, "noise: this run tells apart what differs by 2.0 %"},
		{AtLeast(1.10), figure(1.07, 0.01, 0.10), Inconclusive, "noise: this run tells apart what differs by 10.0 %"},
		{AtLeast(1.10), figure(1.20, 0.02, 0.30), Inconclusive, "noise: this run tells apart what differs by 30.0 %"},
		{AtLeast(1.10), figure(0.80, 0.05, 0.05), Refuted, ""},
		{AtLeast(1.10), figure(1.00, 0.03, 0.02), Refuted, ""},
		{AtMost(0.5), figure(0.2, 0.05, 0.05), Confirmed, ""},
		{AtMost(0.5), figure(0.7, 0.05, 0.05), Smaller, ""},
		{AtMost(0.5), figure(1.2, 0.05, 0.05), Refuted, ""},
		{AtMost(0.5), figure(0.5, 0.05, 0.05), Inconclusive, "the interval holds the threshold, at most 0.5"},
		{AtMost(1.05), figure(1.00, 0.02, 0.02), Confirmed, ""},
		{AtMost(1.05), figure(1.00, 0.02, 0.06), Inconclusive, "noise: this run tells apart what differs by 6.0 %, and the margin is no wider"},
		{AtMost(1.05), figure(1.30, 0.02, 0.06), Refuted, ""},
		{AtLeast(1), figure(1.2, 0.05, 0.05), Confirmed, ""},
		{AtLeast(1), figure(1.02, 0.01, 0.05), Inconclusive, "noise: this run tells apart what differs by 5.0 %"},
		{AtLeast(1), figure(0.7, 0.05, 0.05), Refuted, ""},
		{Between(0.95, 1.05), figure(1.01, 0.02, 0.03), Confirmed, ""},
		{Between(0.95, 1.05), figure(1.01, 0.02, 0.08), Inconclusive, "noise: this run tells apart what differs by 8.0 %, and the margin is no wider"},
		{Between(0.95, 1.05), figure(1.20, 0.02, 0.08), Refuted, ""},
		{Between(0.95, 1.05), figure(0.80, 0.02, 0.03), Refuted, ""},
		{Between(2.0, 3.5), figure(2.7, 0.2, 0), Confirmed, ""},
		{Between(2.0, 3.5), figure(1.5, 0.2, 0), Smaller, ""},
		{Between(2.0, 3.5), figure(7, 0.2, 0), Refuted, ""},
		{Between(2.0, 3.5), figure(0.7, 0.2, 0), Refuted, ""},
		{Above(20), figure(300, 50, 0), Confirmed, ""},
		{Above(20), figure(3, 1, 0), Refuted, ""},
		{Above(20), figure(20, 1, 0), Inconclusive, "the interval holds the threshold, at least 20"},
		{AtLeast(1.10), figure(1.5, 0.1, math.NaN()), Inconclusive, "the run's noise is not known: it has no trial of the reference against its twin"},
		{AtLeast(1.10), Figure{Estimate: stats.Over([]float64{1.5, 1.6})}, Inconclusive, "too few rounds for an interval: 2 of 6"},
		{AtLeast(1.10), Figure{Missing: "a gate"}, Inconclusive, "a gate"},
		{AtLeast(1.10), Figure{Missing: "not measured", Unsupported: "no ring"}, Unsupported, "no ring"},
	} {
		v, why := c.bar.judge(c.f)
		assert.Equal(t, c.want, v, "%v of %+v", c.bar, c.f)
		assert.Equal(t, c.why, why, "%v of %+v", c.bar, c.f)
	}
}

func TestJudgeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(0.2, 5).Draw(t, "threshold")
		f := figure(rapid.Float64Range(0.3, 6).Draw(t, "median"), rapid.Float64Range(0, 0.25).Draw(t, "spread"), rapid.Float64Range(0, 0.3).Draw(t, "floor"))
		for _, b := range []Bar{AtLeast(x), AtMost(x)} {
			v, why := b.judge(f)
			assert.Equal(t, v == Inconclusive, why != "", "what is not decided has a reason, and only that")
			opposite := AtMost(x)
			if math.IsInf(b.Low, -1) {
				opposite = AtLeast(x)
			}
			if w, _ := opposite.judge(f); v == Confirmed && f.Low < f.High { // what is just there is both
				assert.NotEqual(t, Confirmed, w, "a thing and its opposite: %v", f)
			}
			louder := f
			louder.Floor *= 2
			if w, _ := b.judge(louder); w != v {
				assert.Equal(t, Inconclusive, w, "noise decides nothing")
			}
		}
	})
}

func TestBarInWords(t *testing.T) {
	assert.Equal(t, "at least 1.1", AtLeast(1.10).String())
	assert.Equal(t, "at most 0.5", AtMost(0.5).String())
	assert.Equal(t, "0.95 to 1.05", Between(0.95, 1.05).String())
	assert.Equal(t, "at least 20", Above(20).String())
}
