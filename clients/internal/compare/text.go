package compare

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/result"
)

// Write prints the comparison for a terminal; the summary is last, next to the prompt.
func (c Comparison) Write(out io.Writer) {
	for _, sheet := range c.sheets() {
		fmt.Fprintln(out, sheet.Title)
		if len(sheet.Rows) > 0 {
			sheet.Text(out)
		} else { // reasons alone
			report.TextNotes(out, sheet.Notes)
		}
		fmt.Fprintln(out)
	}
	report.TextNotes(out, c.notes())
	report.TextNotes(out, c.summary())
}

// WriteMarkdown prints the same as Markdown.
func (c Comparison) WriteMarkdown(out io.Writer) error {
	var b strings.Builder
	b.WriteString("# C10K Lab: two runs compared\n")
	b.WriteString(report.MarkdownNotes("", c.summary()))
	for _, sheet := range c.sheets() {
		if len(sheet.Rows) > 0 {
			b.WriteString("\n" + sheet.Markdown())
		} else {
			b.WriteString(report.MarkdownNotes(sheet.Title, sheet.Notes))
		}
	}
	b.WriteString(report.MarkdownNotes("What else differs", c.notes()))
	_, err := io.WriteString(out, b.String())
	return err
}

// notes say what else is to be known.
func (c Comparison) notes() (notes []report.Note) {
	for _, why := range c.Void {
		notes = append(notes, report.Note{Words: why + "."})
	}
	for _, d := range c.Differences {
		notes = append(notes, report.Note{Lead: "Differs: ", Words: d.String() + "."})
	}
	for _, s := range c.Shared {
		notes = append(notes, report.Note{Lead: "Beware: ", Words: s})
	}
	for i, run := range c.sides() {
		for _, p := range run.Problems {
			notes = append(notes, report.Note{Lead: fmt.Sprintf("Not read of %s: ", name(i)), Words: p + "."})
		}
		if !run.Manifest.Complete {
			notes = append(notes, report.Note{Lead: "Beware: ", Words: fmt.Sprintf("%s was interrupted: this is what it had.", name(i))})
		}
	}
	return notes
}

// summary says what is compared, and how many figures did what.
func (c Comparison) summary() []report.Note {
	var notes []report.Note
	for i, run := range c.sides() {
		words := filepath.Clean(run.Path)
		if began := run.Manifest.Started; !began.IsZero() {
			words += ", of " + began.UTC().Format("2 January 2006, 15:04") + " UTC"
		}
		notes = append(notes, report.Note{Lead: name(i) + ": ", Words: words})
	}
	var counts []string
	for _, v := range []Verdict{Worse, Better, Within, Untold, NotComparable, NotJudged} {
		if n := c.Count(v); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if len(counts) == 0 {
		counts = []string{"none that either run has measured"}
	}
	return append(notes,
		report.Note{Lead: "Figures: ", Words: strings.Join(counts, ", ") + "."},
		report.Note{Words: fmt.Sprintf("Each is a ratio to %s in the same trials, but for memory: of %s itself this says nothing.", reference, reference)},
	)
}

func (c Comparison) sides() [2]result.Run { return [2]result.Run{c.A, c.B} }

func name(i int) string { return string(rune('A' + i)) }

func capital(words string) string { return strings.ToUpper(words[:1]) + words[1:] }
