package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Title names a run by its plan and its beginning, in UTC.
func (s Summary) Title() string {
	m := s.Run.Manifest
	if m.Started.IsZero() {
		return "C10K Lab: a run"
	}
	return "C10K Lab: the run of " + m.Started.UTC().Format("2 January 2006, 15:04") + " UTC"
}

// WriteMarkdown prints the tables that Write prints, as Markdown.
func (s Summary) WriteMarkdown(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", escaped(s.Title()))
	for _, sheet := range s.Sheets() {
		fmt.Fprintf(&b, "\n## %s\n\n", escaped(sheet.Title))
		if sheet.About != "" {
			fmt.Fprintf(&b, "%s\n\n", escaped(sheet.About))
		}
		fmt.Fprintf(&b, "%s\n", sheet.markdown())
		items(&b, "", sheet.Notes)
	}
	fmt.Fprintf(&b, "\n## What people say\n\n%s.\n\n%s\n", escaped(s.tally()), s.ledgerSheet().markdown())
	items(&b, "", s.void())
	items(&b, "Conditions", s.Conditions())
	items(&b, "Withheld, failed, left out", s.Missing())
	s.writeManifest(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

func (s *Summary) tally() string {
	entries, _ := s.Ledger()
	return Tally(entries)
}

// writeManifest prints all that the run says of itself.
func (s *Summary) writeManifest(b *strings.Builder) {
	b.WriteString("\n## Manifest\n")
	for _, facts := range s.Manifest() {
		if len(facts.Items) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n### %s\n\n", facts.Title)
		for _, f := range facts.Items {
			fmt.Fprintf(b, "- %s: %s\n", escaped(f.Name), escaped(f.Value))
		}
	}
	list := Sheet{Header: []string{"service", "what it is", "conformance cases", "sizes", "image", "CPU time from"}, Right: 99}
	for _, v := range s.Services() {
		list.Rows = append(list.Rows, []string{v.Name, v.Title, v.Verified, v.Sizes, v.Image, v.CPUSource})
	}
	if len(list.Rows) > 0 {
		fmt.Fprintf(b, "\n### Services\n\n%s\n", list.markdown())
	}
}

func items(b *strings.Builder, title string, notes []Note) {
	if title != "" && len(notes) > 0 {
		fmt.Fprintf(b, "\n## %s\n", title)
	}
	for i, n := range notes {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "- %s\n", escaped(n.String()))
	}
}

// markdown is the table; Markdown has no cells across columns, so a heading
// stands in the first and a sentence in the second.
func (t Sheet) markdown() string {
	w := table.NewWriter()
	w.AppendHeader(cells(t.Header))
	var columns []table.ColumnConfig
	for i := range t.Header {
		if i+1 >= t.Right {
			columns = append(columns, table.ColumnConfig{Number: i + 1, Align: text.AlignRight})
		}
	}
	w.SetColumnConfigs(columns)
	for _, row := range t.Rows {
		row = slices.Clone(row)
		for i, cell := range row {
			row[i] = escaped(strings.Join(strings.Fields(cell), " "))
		}
		if len(row) == 1 && t.Across(row) {
			row[0] = "**" + row[0] + "**"
		}
		w.AppendRow(cells(row))
	}
	return w.RenderMarkdown()
}

// escaped takes their meaning from the signs that have one in the middle of a
// Markdown line; reasons hold what servers and kernels said.
func escaped(words string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "<", `\<`, "[", `\[`, "\n", " ").Replace(words)
}
