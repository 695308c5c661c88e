package comparison

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/stats"
)

// thresholds lists all that gates, intervals and claims compare with, and hashes the list: it is written before anything
// is measured, so that nobody can move a bar to where the results are.
func thresholds() result.Thresholds {
	list := []string{
		fmt.Sprintf("stats Confidence=%v", stats.Confidence),
		fmt.Sprintf("stats MinRounds=%d", stats.MinRounds),
		spike.Rule(),
	}
	for _, t := range gate.Thresholds() {
		list = append(list, "gate "+t.String())
	}
	for _, c := range claims.All() {
		for _, t := range c.Tests {
			list = append(list, fmt.Sprintf("claim %s: %s: %v", c.ID, t.What, t.Bar))
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(list, "\n")))
	return result.Thresholds{Hash: hex.EncodeToString(sum[:]), List: list}
}
