package report

import (
	"fmt"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// First is one line on what a model's first trial gave: shown while the rest of a run is measured.
func First(model string, records []result.Record) string {
	line := fmt.Sprintf("  %-16s", model)
	for _, r := range records {
		switch {
		case r.Outcome == result.Declared:
			line += fmt.Sprintf("   %s", r.Reason)
		case r.Outcome != result.OK:
			line += fmt.Sprintf("   %s at %s", r.Outcome, Thousands(r.Connections))
		case r.Metric == result.Figures:
			line += "   " + r.Experiment + " measured"
		case r.Metric == result.Response && r.Contender.Latency.P50 == 0:
			line += "    - us at 1 connection"
		case r.Metric == result.Response:
			line += fmt.Sprintf("%5.0f us at 1 connection", r.Contender.Latency.P50)
		case model == target.Reference:
			line += fmt.Sprintf("   1.00 at %s (%s/s)", Thousands(r.Connections), Thousands(int(r.Contender.Rate)))
		default:
			line += fmt.Sprintf("   %.2f at %s", r.Ratio, Thousands(r.Connections))
		}
	}
	return line
}
