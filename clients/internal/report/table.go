package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// width is what a line may take: compose puts a prefix before it, which then ends before column 100.
const width = 80

// style is plain: it must look right behind compose's prefix, in a log, and in a mail.
func style() table.Style {
	s := table.StyleDefault
	s.Options = table.Options{SeparateHeader: true}
	s.Box.MiddleHorizontal, s.Box.PaddingLeft, s.Box.PaddingRight = "-", " ", " "
	s.Format.Header, s.Format.HeaderAlign = text.FormatDefault, text.AlignLeft
	return s
}

// Table prints a table; columns from rightFrom on (counted from 1) are aligned
// to the right. A row of one or two cells is a line across the columns: a
// heading, or a name and a sentence.
func Table(out io.Writer, header table.Row, rows []table.Row, rightFrom int) {
	t := table.NewWriter()
	t.SetStyle(style())
	t.AppendHeader(header)
	var columns []table.ColumnConfig
	for i := rightFrom; i <= len(header); i++ {
		columns = append(columns, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	first := 0 // the width of the first column
	for _, row := range rows {
		if across(row, header) {
			row = row[:1:1] // what follows is put over the line when the widths are known
		}
		t.AppendRow(row)
		first = max(first, len(fmt.Sprint(row[0])))
	}
	for i, line := range strings.Split(t.Render(), "\n") {
		const above = 2 // the header and its rule
		switch {
		case i == above-1:
			line = line[1:] // the rule goes on under the last column's padding
		case i >= above && across(rows[i-above], header):
			line = sentence(rows[i-above], first)
		}
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

func across(row, header table.Row) bool { return len(row) < 3 && len(row) < len(header) }

// sentence is a row of one or two cells, in lines no longer than a table's.
func sentence(row table.Row, first int) string {
	if len(row) == 1 {
		return fmt.Sprint(row[0])
	}
	return wrap(fmt.Sprintf(" %-*v  ", first, row[0]), fmt.Sprint(row[1]))
}

// wrap breaks a sentence into lines, the first of which begins with lead; the
// others are indented by as much.
func wrap(lead, words string) string {
	indent := min(len(lead), width/2)
	lines := strings.Split(text.WrapSoft(words, width-indent), "\n")
	for i, line := range lines {
		if i > 0 {
			lead = strings.Repeat(" ", indent)
		}
		lines[i] = lead + strings.TrimSpace(line)
	}
	return strings.Join(lines, "\n")
}
