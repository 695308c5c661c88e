package compare

import (
	"slices"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/result"
)

// side is one of the two runs.
type side struct {
	name string
	run  result.Run
	report.Summary
	yardsticks bool // Rows are theirs
}

func newSide(name string, run result.Run) side { return side{name, run, report.Summarise(run), false} }

// inC is the side with its yardsticks in place of the models.
func (s side) inC() side {
	s.Rows, s.yardsticks = s.Yardsticks(), true
	return s
}

// row is a model's; ok is false where the run does not know it.
func (s side) row(model string) (report.Row, bool) {
	i := slices.IndexFunc(s.Rows, func(r report.Row) bool { return r.Model == model })
	if i < 0 {
		return report.Row{}, false
	}
	return s.Rows[i], true
}
