package gate

import (
	"fmt"
	"math"

	"c10klab/clients/internal/engine"
)

// Little is gate 4: in a closed loop of so many users (connections times
// pipeline) their number equals rate times the mean of response and think time:
// each of them is always in one or the other. That is arithmetic, and exact with
// what hangs over the measured part's edges: it finds a client's errors, and no stall. It is
// not for a Churn, whose places are empty between two visits, nor for sides that serve some of their clients.
func Little(users int, m engine.Measured) string {
	if m.Seconds <= 0 || m.Latency == nil || m.Latency.TotalCount() == 0 {
		return ""
	}
	spent := m.Latency.Mean()/1e9*float64(m.Latency.TotalCount()) + m.Thinking.Seconds() + m.Overhang.Seconds()
	found := spent / m.Seconds
	if math.Abs(found/float64(users)-1) <= LittleError {
		return ""
	}
	return fmt.Sprintf("the client's figures contradict each other: rate times mean time says %.4g requests at a time where there were %d (Little's law)", found, users)
}
