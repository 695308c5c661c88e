package trial

import (
	"fmt"
	"strings"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/result"
)

// lateNote is the note under which a record says which percentiles are withheld.
const lateNote = "client late"

// punctual is gate 6 for percentiles: those at which the client itself was late are withheld, and noted. A ratio of medians
// needs both of them.
func (t *Trial) punctual(ev evidence, rec *result.Record) {
	if t.bench.Untimed {
		return
	}
	var notes []string
	for i, m := range []engine.Measured{ev.paired.Contender, ev.paired.Reference} {
		side := []*result.Side{&rec.Contender, &rec.Reference}[i]
		known := side.Latency.P50 > 0
		if late := withholdLate(side, m); len(late) > 0 {
			notes = append(notes, side.Service+" "+strings.Join(late, ", "))
		}
		if known && side.Latency.P50 == 0 && rec.Metric == result.Response {
			rec.Ratio = 0
		}
	}
	if len(notes) == 0 {
		return
	}
	if rec.Notes == nil {
		rec.Notes = map[string]string{}
	}
	rec.Notes[lateNote] = strings.Join(notes, "; ")
}

// withholdLate takes a side's late percentiles away and names them. The histogram goes with the first that was known: others
// would read the same percentiles from it.
func withholdLate(s *result.Side, m engine.Measured) (late []string) {
	l := &s.Latency
	for _, p := range []struct {
		of    float64
		value *float64
	}{{50, &l.P50}, {90, &l.P90}, {99, &l.P99}, {99.9, &l.P999}, {100, &l.Max}} {
		if *p.value == 0 || len(gate.Late(gate.Percentiles(m.Latency, m.Lateness, p.of))) == 0 {
			continue
		}
		*p.value = 0
		if p.of == 100 {
			late = append(late, "max")
			continue
		}
		late = append(late, fmt.Sprintf("p%g", p.of))
		s.Histogram = ""
	}
	return late
}
