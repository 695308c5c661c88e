package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// style is plain: it must look right behind compose's prefix, in a log, and in a mail.
func style() table.Style {
	s := table.StyleDefault
	s.Options = table.Options{SeparateHeader: true}
	s.Box.MiddleHorizontal, s.Box.PaddingLeft, s.Box.PaddingRight = "-", " ", " "
	s.Format.Header, s.Format.HeaderAlign = text.FormatDefault, text.AlignLeft
	return s
}

// Table prints a table; columns from rightFrom on (counted from 1) are aligned to the right.
func Table(out io.Writer, header table.Row, rows []table.Row, rightFrom int) {
	t := table.NewWriter()
	t.SetStyle(style())
	t.AppendHeader(header)
	t.AppendRows(rows)
	var columns []table.ColumnConfig
	for i := rightFrom; i <= len(header); i++ {
		columns = append(columns, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	for line := range strings.SplitSeq(t.Render(), "\n") {
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

// Write prints a run: how the models scale, then the comparison.
func (s Summary) Write(out io.Writer) {
	if len(s.Sizes)+len(s.Herds) > 0 {
		s.writeGrowth(out)
		fmt.Fprintln(out)
	}
	s.writeMain(out)
	s.writeCaption(out)
	for _, row := range s.Rows {
		for _, t := range row.Trouble {
			fmt.Fprintf(out, "%s: %s.\n", row.Model, strings.TrimSuffix(t, "."))
		}
	}
	for _, absent := range s.Run.Manifest.Absent {
		fmt.Fprintf(out, "%s.\n", strings.TrimSuffix(absent, "."))
	}
}

// writeMain answers a reader in a hurry.
func (s Summary) writeMain(out io.Writer) {
	var rows []table.Row
	for _, r := range s.Rows {
		rows = append(rows, table.Row{
			r.Model, r.waits(), r.p50(), r.rate(), number(r.Throughput.CPU, "%.1f us", r.Throughput), r.memory(), r.beside(),
		})
	}
	header := table.Row{"", "waits in", "p50 at 1", "rate at 64", "CPU/request", "KB/idle", "1 beside idle"}
	Table(out, header, rows, 3)
}

// Provisional prints the rate and response of each model after the first round.
func (s Summary) Provisional() []string {
	var lines []string
	for _, r := range s.Rows {
		line := fmt.Sprintf("  %-14s", r.Model)
		if r.Latency.Outcome == result.OK {
			line += fmt.Sprintf("%5.0f us at 1 connection", r.Latency.P50)
		}
		switch {
		case r.Throughput.Outcome == result.Declared:
			line += "   " + r.Throughput.Reason
		case r.Reference && r.Throughput.Outcome == result.OK:
			line += fmt.Sprintf("   1.00 at 64 (%s/s)", thousands(int(r.Throughput.Rate)))
		case r.Throughput.Outcome == result.OK:
			line += fmt.Sprintf("   %.2f at 64", r.Throughput.Ratio.Median)
		case r.Throughput.Outcome != "":
			line += "   " + string(r.Throughput.Outcome)
		}
		lines = append(lines, line)
	}
	return lines
}

func (r Row) waits() string {
	for _, c := range []Cell{r.Throughput, r.Latency} {
		if c.Waits != "" {
			return c.Waits
		}
	}
	for _, cells := range []map[int]Cell{r.Scale, r.Herd} {
		for _, n := range []int{100, 1, 0} {
			if c := cells[n]; c.Waits != "" {
				return c.Waits
			}
		}
	}
	return "-"
}

// mark is "=" for a tie with the reference, "?" where too few rounds were made to say.
func (r Row) mark(c Cell) string {
	switch {
	case r.Reference:
		return " "
	case c.Verdict == stats.Tied:
		return "="
	case c.Verdict == stats.Unknown:
		return "?"
	}
	return " "
}

func (r Row) p50() string {
	c := r.Latency
	if c.Outcome != result.OK {
		return short(c)
	}
	return fmt.Sprintf("%.0f us%s", c.P50, r.mark(c))
}

func (r Row) rate() string {
	c := r.Throughput
	switch {
	case c.Outcome != result.OK:
		return short(c)
	case r.Reference:
		return "1.00  " + thousands(int(c.Rate)) + "/s"
	}
	return fmt.Sprintf("%.2f%s %.2f-%.2f", c.Ratio.Median, r.mark(c), c.Ratio.Low, c.Ratio.High)
}

func (r Row) memory() string {
	if math.IsNaN(r.Own) {
		return "-"
	}
	own := fmt.Sprintf("%.1f", math.Max(r.Own, 0)/1024)
	if math.IsNaN(r.Kernel) {
		return own
	}
	return fmt.Sprintf("%s+%.1f", own, math.Max(r.Kernel, 0)/1024)
}

// beside is the response time beside the largest herd against that without one, or the bound.
func (r Row) beside() string {
	bound := ""
	most := -1
	for n, c := range r.Herd {
		if n > most && c.Outcome != result.OK && c.Outcome != "" {
			most, bound = n, short(c)
		}
	}
	if bound != "" && most > r.BesideIdle {
		return bound
	}
	if math.IsNaN(r.Beside) {
		return "-"
	}
	return fmt.Sprintf("%.2f at %s", r.Beside, thousands(r.BesideIdle))
}

// short is a cell that has no figure.
func short(c Cell) string {
	switch c.Outcome {
	case result.Declared:
		return c.Reason
	case result.Bound:
		bound, _, _ := strings.Cut(c.Reason, ":")
		return bound
	case "":
		return "-"
	}
	return string(c.Outcome)
}

func number(v float64, format string, c Cell) string {
	if math.IsNaN(v) {
		if c.Outcome == result.Declared {
			return "-"
		}
		return short(c)
	}
	return fmt.Sprintf(format, v)
}

// thousands writes 10,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
