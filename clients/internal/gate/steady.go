package gate

import (
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/stats"
)

// Steady is gate 9: no part of the measurement is far below the others, nor is what was thrown away around them, and no
// response far beyond them.
func Steady(m engine.Measured) string {
	var p99 time.Duration
	longest := m.Longest
	if m.Latency != nil && m.Latency.TotalCount() > 0 {
		p99 = time.Duration(m.Latency.ValueAtPercentile(99))
		longest = max(longest, time.Duration(m.Latency.Max()))
	}
	return First(even(m.Parts), thrownAway(m), short(longest, p99))
}

func even(parts []engine.Part) string {
	replies, seconds := uint64(0), 0.0
	for _, p := range parts {
		replies += p.Requests
		seconds += p.Seconds
	}
	parts = engine.Pool(parts, min(int(replies/PartReplies), int(seconds/PartLength.Seconds()+1e-6), engine.Parts))
	if len(parts) < PartsLeast {
		return ""
	}
	rates := make([]float64, len(parts))
	for i, p := range parts {
		rates[i] = p.Rate()
	}
	median := stats.Median(rates)
	for i, r := range rates {
		if r < PartShare*median || r == 0 { // where most parts are empty, the median is 0
			return fmt.Sprintf("stalled: %.0f replies/s in part %d of %d, where the median part had %.0f", r, i+1, len(parts), median)
		}
	}
	return ""
}

func short(longest, p99 time.Duration) string {
	if longest <= LongestLeast || longest <= LongestRatio*p99 {
		return ""
	}
	return fmt.Sprintf("stalled: one response took %v, where 99 of 100 took at most %v", longest.Round(time.Millisecond), p99)
}

// thrownAway looks at what was loaded and not measured: the warm-up, the begin of each slice, the drains. A server that
// freezes there has no part to show it, and no response time.
func thrownAway(m engine.Measured) string {
	rest := m.Wall.Seconds() - m.Seconds
	if rest <= 0 || m.Requests == 0 || m.Total < m.Requests {
		return ""
	}
	replies, rate := float64(m.Total-m.Requests), m.Rate()
	if idle := rest - replies/rate; replies >= PartShare*rate*rest || idle <= LongestLeast.Seconds() {
		return ""
	}
	return fmt.Sprintf("stalled: %.0f replies/s in the %v that were loaded and not measured, where the measured parts had %.0f",
		replies/rest, time.Duration(rest*float64(time.Second)).Round(time.Millisecond), rate)
}
