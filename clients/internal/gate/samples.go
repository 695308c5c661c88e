package gate

import (
	"fmt"

	"c10klab/clients/internal/engine"
)

// Samples is gate 8: every request that counts is in the histogram. A client
// that keeps no histograms (an empty one, and nothing lost) has no percentiles to withhold.
func Samples(m engine.Measured) string {
	want, what := m.Requests, "replies"
	if m.Planned > 0 {
		want, what = m.Planned, "planned requests"
	}
	have := uint64(0)
	if m.Latency != nil {
		have = uint64(m.Latency.TotalCount())
	}
	switch {
	case m.Lost > 0:
		return fmt.Sprintf("%d samples were too large for their histogram, or negative", m.Lost)
	case have > 0 && have != want:
		return fmt.Sprintf("the histogram holds %d samples of %d %s", have, want, what)
	}
	return ""
}
