package report

import (
	"fmt"
	"io"
	"strings"
)

// Text prints the sheet for a terminal, without its title.
func (t Sheet) Text(out io.Writer) { t.write(out) }

// Markdown is the sheet under its title.
func (t Sheet) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", escaped(t.Title))
	if t.About != "" {
		fmt.Fprintf(&b, "%s\n\n", escaped(t.About))
	}
	fmt.Fprintf(&b, "%s\n", t.markdown())
	items(&b, "", t.Notes)
	return b.String()
}

// TextNotes prints sentences for a terminal.
func TextNotes(out io.Writer, notes []Note) {
	for _, n := range notes {
		fmt.Fprintln(out, wrap(n.Lead, n.Words))
	}
}

// MarkdownNotes is a list under a title; empty if there are none.
func MarkdownNotes(title string, notes []Note) string {
	var b strings.Builder
	items(&b, title, notes)
	return b.String()
}
