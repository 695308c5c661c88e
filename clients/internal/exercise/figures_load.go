package exercise

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/result"
)

// Under is the same run with the cells of that load alone (Record.Load): some experiments have cells that differ in nothing
// else, and a figure of all of them would be of different questions.
func (r Run) Under(load string) Run {
	part := result.Run{Path: r.Path, Manifest: r.Manifest}
	for _, rec := range r.Records {
		if rec.Load == load {
			part.Records = append(part.Records, rec)
		}
	}
	return Run{part, claims.Of(part), r.ledger, r.void}
}
