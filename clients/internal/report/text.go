package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
)

// Write prints a run for a terminal. The table for a reader in a hurry comes
// last: it is next to the prompt then.
func (s Summary) Write(out io.Writer) {
	s.writeLedger(out)
	sheets := s.Sheets()
	for i, sheet := range slices.Concat(sheets[1:], sheets[:1]) {
		if i > 0 {
			fmt.Fprintln(out)
		}
		sheet.write(out)
	}
	for _, n := range slices.Concat(s.Conditions(), s.Missing()) {
		fmt.Fprintln(out, wrap(n.Lead, n.Words))
	}
}

func (t Sheet) write(out io.Writer) {
	if t.About != "" {
		fmt.Fprintln(out, wrap("", t.About))
	}
	for i, part := range t.narrow() {
		if i > 0 {
			fmt.Fprintln(out)
		}
		rows := make([]table.Row, len(part.Rows))
		for i, row := range part.Rows {
			rows[i] = cells(row)
		}
		Table(out, cells(part.Header), rows, part.Right)
	}
	for _, n := range t.Notes {
		fmt.Fprintln(out, wrap(n.Lead, n.Words))
	}
}

// narrow puts the columns that a terminal has no room for into further tables, each with the first column.
func (t Sheet) narrow() (parts []Sheet) {
	const gap = 2
	taken, columns := 0, []int{0}
	for i := range t.Header {
		w := t.columnWidth(i) + gap
		if len(columns) > 1 && taken+w > width {
			parts, columns, taken = append(parts, t.only(columns)), []int{0}, t.columnWidth(0)+gap
		}
		if taken += w; i > 0 {
			columns = append(columns, i)
		}
	}
	return append(parts, t.only(columns))
}

func (t Sheet) columnWidth(column int) (most int) {
	most = len(t.Header[column])
	for _, row := range t.Rows {
		if column < len(row) && (column == 0 || !t.Across(row)) {
			most = max(most, len(row[column]))
		}
	}
	return most
}

// only is the table of these columns; the first part alone has the lines that go across.
func (t Sheet) only(columns []int) Sheet {
	if len(columns) == len(t.Header) {
		return t
	}
	part := Sheet{Right: 1}
	for _, c := range columns {
		if c+1 < t.Right {
			part.Right++
		}
		part.Header = append(part.Header, t.Header[c])
	}
	for _, row := range t.Rows {
		if t.Across(row) {
			if columns[1] == 1 || len(row) == 1 {
				part.Rows = append(part.Rows, row)
			}
			continue
		}
		var line []string
		for _, c := range columns {
			line = append(line, row[c])
		}
		part.Rows = append(part.Rows, line)
	}
	return part
}
