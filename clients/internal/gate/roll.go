package gate

import (
	"fmt"

	"c10klab/clients/internal/engine"
)

// Roll is one roll call after the window.
type Roll struct {
	Service  string
	Kind     string // of its connections: "active", "idle"
	Clients  int    // that must be answered: those that a model serves by its nature
	Answered int    // within RollTime
}

// Answered is gate 5's roll call.
func Answered(rolls ...Roll) string {
	for _, r := range rolls {
		if r.Answered < r.Clients {
			return fmt.Sprintf("%s answered %d of %d %s connections within %v after the window", r.Service, r.Answered, r.Clients, r.Kind, RollTime)
		}
	}
	return ""
}

// Fair is the rest of gate 5, for closed loops without think time: in others
// a connection may have had nothing to ask.
func Fair(f engine.Fairness) string {
	if f.Jain == 0 || f.Mean < FairReplies {
		return ""
	}
	switch {
	case f.Silent > 0:
		return fmt.Sprintf("unfair: connections without any reply: %d, where the average had %.0f", f.Silent, f.Mean)
	case f.Jain < JainIndex:
		return fmt.Sprintf("unfair: Jain's index of the connections' replies is %.2f, below %v", f.Jain, JainIndex)
	case float64(f.Least) < StarveShare*f.Mean:
		return fmt.Sprintf("unfair: one connection had %d replies where the average had %.0f", f.Least, f.Mean)
	}
	return ""
}
