package compare

import (
	"fmt"
	"math"
	"strings"

	"c10klab/clients/internal/report"
)

// sheets are the tables, one for each metric that was measured.
func (c Comparison) sheets() (sheets []report.Sheet) {
	for _, m := range Metrics {
		if lines := c.Of(m); len(lines) > 0 {
			sheets = append(sheets, m.sheet(lines))
		}
	}
	for i := range sheets {
		for _, why := range c.Void {
			sheets[i].Notes = append(sheets[i].Notes, report.Note{Words: why + "."})
		}
	}
	return sheets
}

func (m Metric) sheet(lines []Line) report.Sheet {
	t := report.Sheet{
		Name: m.ID, Title: capital(m.Name), Header: []string{"", "A", "B", "B / A", "interval", "verdict"}, Right: 2,
		About: fmt.Sprintf("%s, %s = 1; %s is better.", capital(m.Unit), reference, m.direction()),
	}
	if !m.relative() {
		t.About = capital(m.Unit) + "; less is better."
	}
	noise, inC := math.NaN(), false
	for _, l := range lines {
		if l.Why == "" {
			if l.Of != "" && !inC {
				inC = true
				t.Rows = append(t.Rows, []string{"yardsticks in C"})
			}
			t.Rows = append(t.Rows, l.cells())
		}
		if !math.IsNaN(l.Noise) {
			noise = l.Noise
		}
	}
	switch {
	case math.IsNaN(noise):
	case m.relative():
		t.Notes = []report.Note{{Words: fmt.Sprintf("Noise of the two runs: %.1f %%.", 100*noise)}}
	default:
		t.Notes = []report.Note{{Words: fmt.Sprintf("No twin shows the noise of memory: what differs by less than %.0f %% is called the same.", 100*noise)}}
	}
	if inC {
		t.Notes = append(t.Notes, report.Note{Lead: "Yardsticks in C: ", Words: "shown and not judged. Their source is no model's: what changed them is the machine, or the reference."})
	}
	t.Notes = append(t.Notes, reasons(lines)...)
	return t
}

// reasons say once for all that share one why there is no verdict.
func reasons(lines []Line) (notes []report.Note) {
	models := map[string][]string{}
	var order []string
	for _, l := range lines {
		why := fmt.Sprintf("%s: %s.", l.Verdict, strings.TrimSuffix(l.Why, "."))
		switch {
		case l.Why == "":
			continue
		case l.Verdict == Untold: // each has figures of its own
			why = fmt.Sprintf("%.2f in A, %.2f in B; %s", l.A.Median, l.B.Median, why)
		}
		if models[why] == nil {
			order = append(order, why)
		}
		models[why] = append(models[why], l.Model)
	}
	for _, why := range order {
		notes = append(notes, report.Note{Words: strings.Join(models[why], ", ") + ": " + why})
	}
	return notes
}

func (m Metric) direction() string {
	if m.More {
		return "more"
	}
	return "less"
}

func (l Line) cells() []string {
	verb := "%.2f"
	if !l.Metric.relative() {
		verb = "%.4g" // KB are few or very many
	}
	return []string{
		l.Model, fmt.Sprintf(verb, l.A.Median), fmt.Sprintf(verb, l.B.Median), fmt.Sprintf("%.2f", l.Change.Median),
		fmt.Sprintf("%.2f-%.2f", l.Change.Low, l.Change.High), string(l.Verdict),
	}
}
