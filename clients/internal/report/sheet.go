package report

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
)

// Sheet is one table of a report. Every format shows this one, each in its way.
type Sheet struct {
	Name   string     // one word, for links
	Title  string     // where a heading stands above each table
	About  string     // what the figures are
	Header []string   //
	Right  int        // columns from this one on, counted from 1, are aligned to the right
	Rows   [][]string // a row of one or two cells is a line across the columns, as in Table
	Notes  []Note
}

// Note is a sentence, after a word that says what it is about.
type Note struct{ Lead, Words string }

func (n Note) String() string { return n.Lead + n.Words }

// ended makes a sentence of words that came from elsewhere.
func ended(words string) string { return strings.TrimSuffix(words, ".") + "." }

// Sheets are the run's tables, the one for a reader in a hurry first. Tables
// of what the run did not measure are left out.
func (s Summary) Sheets() []Sheet {
	sheets := []Sheet{s.mainSheet()}
	more := []Sheet{s.whySheet(), s.scaleSheet(), s.herdSheet(), s.thousandSheet(), s.stopsSheet(), s.plantedSheet()}
	if m, own := s.Mix(); own {
		sheet := m.sheet()
		sheet.Notes = m.Sentences()
		more = append(more, sheet)
	}
	for _, experiment := range s.experiments() {
		if experiment == mixName {
			continue
		}
		more = append(more, s.otherSheets(experiment)...)
		if len(s.figureNames(experiment, true)) > 0 {
			more = append(more, s.stepsSheet(experiment))
		}
	}
	for _, at := range s.TailPlaces() {
		more = append(more, s.tailsSheet(at))
	}
	more = append(more, s.hopSheet(), s.yardstickSheet())
	for _, sheet := range more {
		if len(sheet.Rows) > 0 {
			sheets = append(sheets, sheet.filled())
		}
	}
	for i := range sheets {
		sheets[i].Notes = append(s.void(), sheets[i].Notes...)
	}
	return sheets
}

// filled leaves out the columns in which nothing is known.
func (t Sheet) filled() Sheet {
	keep := []int{0}
	for i := 1; i < len(t.Header); i++ {
		if slices.ContainsFunc(t.Rows, func(row []string) bool { return !t.Across(row) && row[i] != "-" }) {
			keep = append(keep, i)
		}
	}
	if len(keep) < 3 || len(keep) == len(t.Header) {
		return t
	}
	part := t.only(keep)
	part.Name, part.Title, part.About, part.Notes = t.Name, t.Title, t.About, t.Notes
	return part
}

// Across says that a row is a line across the columns: a heading, or a name and a sentence.
func (t Sheet) Across(row []string) bool { return len(row) < 3 && len(row) < len(t.Header) }

// mainSheet answers a reader in a hurry.
func (s Summary) mainSheet() Sheet {
	t := Sheet{
		Name: "models", Title: "The models, side by side",
		Header: []string{"", "waits in", "at 1", "rate at 64", "CPU", "KB"}, Right: 3,
		Notes: []Note{
			{"At 1: ", "response time of one client, us, by the ratio to epoll's in that trial."},
			{"Rate at 64: ", "replies/s of 64, epoll = 1.00. CPU: the server's time for each, us."},
			{"KB: ", "memory of an idle connection, its own and the kernel's (what the cgroup counts)."},
		},
	}
	most := s.mostIdle()
	if most > 0 {
		t.Header = append(t.Header, "+"+Thousands(most))
		t.Notes = append(t.Notes, Note{"+" + Thousands(most) + ": ", "response time of one beside so many idle ones, none = 1; or to how many it goes."})
	}
	family, one := "", s.oneClient()
	for _, r := range s.Rows {
		if r.Family != family {
			family = r.Family
			t.Rows = append(t.Rows, []string{family})
		}
		if r.Unsupported != "" {
			t.Rows = append(t.Rows, []string{r.Model, r.Unsupported})
			continue
		}
		line := []string{r.Model, r.waits(), r.atOne(one), r.rate(r.Throughput), r.cpu(r.Throughput), r.memory()}
		if most > 0 {
			line = append(line, s.besideMost(r, most))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// mostIdle is the largest herd that any model was measured beside.
func (s *Summary) mostIdle() (most int) {
	for _, n := range s.Herds {
		most = max(most, n)
	}
	return most
}

// besideMost is the response beside the largest herd against none; of a model that stops before, where it stops.
func (s *Summary) besideMost(r Row, most int) string {
	if r.BesideIdle == most {
		return r.beside()
	}
	if stop, _ := s.stop(r.Model); stop.At > 0 && stop.At <= most {
		return "to " + Thousands(stop.At)
	}
	return "-"
}

// cells are a row as the table's library takes it.
func cells(row []string) table.Row {
	out := make(table.Row, len(row))
	for i, cell := range row {
		out[i] = cell
	}
	return out
}
