package report

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"c10klab/clients/internal/result"
)

// writeGrowth prints how rate and response hold as clients grow in number.
func (s Summary) writeGrowth(out io.Writer) {
	header := table.Row{""}
	for _, n := range s.Sizes {
		header = append(header, thousands(n))
	}
	for _, n := range s.Herds {
		header = append(header, "+"+thousands(n))
	}
	var rows []table.Row
	for _, r := range s.Rows {
		line := table.Row{r.Model}
		for _, n := range s.Sizes {
			line = append(line, r.size(r.Scale[n]))
		}
		for _, n := range s.Herds {
			line = append(line, withUnit(r.Herd[n]))
		}
		rows = append(rows, line)
	}
	switch {
	case len(s.Herds) == 0:
		fmt.Fprintln(out, "As clients grow in number: rate with N clients asking (epoll = 1.00).")
	case len(s.Sizes) == 0:
		fmt.Fprintln(out, "As clients grow in number: response time of one beside N idle (+N).")
	default:
		fmt.Fprintln(out, "As clients grow in number: rate with N clients asking (epoll = 1.00),")
		fmt.Fprintln(out, "and the response time in us of one client beside N idle ones (+N).")
	}
	Table(out, header, rows, 2)
}

func (r Row) size(c Cell) string {
	switch {
	case c.Outcome != result.OK:
		return short(c)
	case r.Reference:
		return "1.00"
	}
	return fmt.Sprintf("%.2f", c.Ratio.Median)
}

func withUnit(c Cell) string {
	if c.Outcome != result.OK {
		return short(c)
	}
	return fmt.Sprintf("%.0f", c.P50)
}
