// Package page makes one HTML file of a run: tables, plots as SVG, the manifest.
// It loads nothing from anywhere and needs no script.
package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/target"
)

var (
	//go:embed page.html
	layout string
	//go:embed style.css
	style string
)

var page = template.Must(template.New("page").Funcs(template.FuncMap{"parts": parts}).Parse(layout))

// view is what the layout shows.
type view struct {
	Title      string
	Style      template.CSS
	Sheets     []report.Sheet
	Conditions []report.Note
	Figures    []figure
	Without    []string // plots that there is nothing for
	Missing    []report.Note
	Claims     []claim
	Tally      string
	Undecided  int
	Manifest   []report.Facts
	Services   []report.Service
	Everything []report.Fact
	Reference  string
}

// Write writes the page.
func Write(out io.Writer, s report.Summary) error {
	drawn, without, err := figures(s)
	if err != nil {
		return fmt.Errorf("making the page: %w", err)
	}
	if why := s.Planted.Void(); why != "" {
		for i := range drawn {
			drawn[i].Caption = append([]string{why + "."}, drawn[i].Caption...)
		}
	}
	entries, decided := s.Ledger()
	var b bytes.Buffer // a page that fails halfway must not look like one
	err = page.Execute(&b, view{
		Title: s.Title(), Style: template.CSS(style),
		Sheets: s.Sheets(), Conditions: s.Conditions(), Figures: drawn, Without: without, Missing: s.Missing(),
		Claims: ledger(entries), Tally: report.Tally(entries), Undecided: len(entries) - decided,
		Manifest: s.Manifest(), Services: s.Services(), Everything: s.Everything(), Reference: target.Reference,
	})
	if err != nil {
		return fmt.Errorf("making the page: %w", err)
	}
	if _, err := out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

// cell is a table's cell in parts, so that figures stand under each other.
type cell struct{ Figure, Mark, Rest string }

var figured = regexp.MustCompile(`^(-?[\d.,]+)([=?]?)(?: +(-?\d.*))?$`)

func parts(words string) cell {
	m := figured.FindStringSubmatch(words)
	if m == nil {
		return cell{Figure: words}
	}
	return cell{m[1], m[2], typeset(m[3])}
}

var dash = regexp.MustCompile(`(\d)-(\d)`)

// typeset writes a range with the dash of ranges and a minus as one.
func typeset(words string) string {
	return strings.ReplaceAll(dash.ReplaceAllString(words, "$1–$2"), "-", "−")
}

// table is a sheet as the layout takes it.
type table struct {
	Sheet     shown
	Reference string
}

// shown is a sheet that knows its columns by their place.
type shown struct{ report.Sheet }

// Of is called by the layout.
func (v view) Of(t report.Sheet) table { return table{shown{t}, v.Reference} }

// Figures says that the ith column, from 0, is one of figures.
func (t shown) Figures(i int) bool { return i+1 >= t.Right }

// Rest is how many columns stand beside the first.
func (t shown) Rest() int { return len(t.Header) - 1 }
