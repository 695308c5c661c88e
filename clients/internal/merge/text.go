package merge

import (
	"fmt"
	"io"
	"math"
	"strings"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/report"
)

// Write prints the tables for a terminal; the one that has all claims is last, next to the prompt.
func (m Merged) Write(out io.Writer) {
	for _, c := range claims.All() {
		fmt.Fprintln(out, c.ID)
		report.TextNotes(out, []report.Note{{Words: c.Says}})
		for _, sheet := range m.sheets(c) {
			sheet.Text(out)
		}
		fmt.Fprintln(out)
	}
	m.verdicts().Text(out)
	report.TextNotes(out, m.Legend())
	report.TextNotes(out, m.Notes())
}

// verdicts has a line for each claim and a column for each machine.
func (m Merged) verdicts() report.Sheet {
	t := report.Sheet{Name: "verdicts", Title: "What each machine says", Header: []string{"claim"}, Right: math.MaxInt}
	for _, machine := range m.Machines {
		t.Header = append(t.Header, machine.Letter)
	}
	for _, c := range claims.All() {
		row := []string{c.ID}
		for _, machine := range m.Machines {
			row = append(row, string(machine.Verdict(c.ID)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// sheets are a claim's figures, run by run, one for each of its tests.
func (m Merged) sheets(c claims.Claim) (sheets []report.Sheet) {
	for i, test := range c.Tests {
		t := report.Sheet{
			Name: c.ID, About: fmt.Sprintf("%s: asked is %v.", test.What, test.Bar), Right: 2,
			Header: []string{"run", "figure", "interval", "verdict"},
		}
		for _, machine := range m.Machines {
			for _, r := range machine.Runs {
				if e, ok := r.entry(c.ID); ok && i < len(e.Findings) {
					t.Rows = append(t.Rows, told(r, e.Findings[i]))
				}
			}
		}
		sheets = append(sheets, t)
	}
	return sheets
}

// told is a finding as a row. Without a figure it is a name and a sentence, which goes across the columns.
func told(r Run, f claims.Finding) []string {
	if !measured(f) {
		return []string{r.Name, fmt.Sprintf("%s: %s", f.Verdict, f.Why)}
	}
	return []string{r.Name, digits(f.Median), digits(f.Low) + " to " + digits(f.High), string(f.Verdict)}
}

// measured says that there is a figure to show.
func measured(f claims.Finding) bool {
	for _, x := range []float64{f.Median, f.Low, f.High} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return f.Rounds > 0
}

func digits(x float64) string { return claims.Number(x) }

// Legend says which machine a letter is.
func (m Merged) Legend() (notes []report.Note) {
	for _, machine := range m.Machines {
		var runs []string
		for _, r := range machine.Runs {
			runs = append(runs, fmt.Sprintf("%s is %s", r.Name, r.Path))
		}
		notes = append(notes, report.Note{Lead: machine.Letter + ": ", Words: machine.Name + "; " + strings.Join(runs, ", ") + "."})
	}
	return notes
}

// Notes say what was not read, or is not to be believed.
func (m Merged) Notes() (notes []report.Note) {
	for _, p := range m.Problems {
		notes = append(notes, report.Note{Lead: "Beware: ", Words: strings.TrimSuffix(p, ".") + "."})
	}
	return notes
}
