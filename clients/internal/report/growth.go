package report

import (
	"fmt"
	"io"
	"math"

	"github.com/jedib0t/go-pretty/v6/table"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// measured are the rows that an experiment was put to.
func (s Summary) measured(has func(Row) bool) (rows []Row) {
	for _, r := range s.Rows {
		if has(r) {
			rows = append(rows, r)
		}
	}
	return rows
}

// writeScale prints how the rate holds as more and more clients ask.
func (s Summary) writeScale(out io.Writer) {
	header := table.Row{""}
	for _, n := range s.Sizes {
		header = append(header, thousands(n))
	}
	var rows []table.Row
	for _, r := range s.measured(func(r Row) bool { return some(r.Scale) }) {
		line := table.Row{r.Model}
		for _, n := range s.Sizes {
			line = append(line, r.size(r.Scale[n]))
		}
		rows = append(rows, line)
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(out, "N clients, all asking: rate (epoll = 1.00).")
	Table(out, header, rows, 2)
	fmt.Fprintln(out)
}

func some(cells map[int]Cell) bool {
	for _, c := range cells {
		if c.Outcome != "" {
			return true
		}
	}
	return false
}

// writeHerd prints what idle clients cost the one that asks.
func (s Summary) writeHerd(out io.Writer) {
	header := table.Row{""}
	for _, n := range s.Herds {
		header = append(header, thousands(n))
	}
	header = append(header, "most/0", "ns CPU/idle")
	var rows []table.Row
	for _, r := range s.measured(func(r Row) bool { return some(r.Herd) }) {
		line := table.Row{r.Model}
		for _, n := range s.Herds {
			line = append(line, r.response(r.Herd[n]))
		}
		rows = append(rows, append(line, r.beside(), r.perIdle()))
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(out, "1 client asks beside N that are idle: response time in us, with most of them")
	fmt.Fprintln(out, "against none, and what each idle one adds to the server's CPU for a request.")
	Table(out, header, rows, 2)
	fmt.Fprintln(out)
}

// writeThousand prints the rate of those that were asked by 1,000 clients.
func (s Summary) writeThousand(out io.Writer) {
	var rows []table.Row
	for _, r := range s.measured(func(r Row) bool { return r.Thousand.Outcome != "" }) {
		rows = append(rows, table.Row{r.Model, r.rate(r.Thousand), r.cpu(r.Thousand)})
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(out, "1,000 clients, all asking: replies/s (epoll = 1.00), the server's CPU for each.")
	Table(out, table.Row{"", "rate at 1,000", "us CPU"}, rows, 2)
	if s.Thousand.Known && s.Rounds >= stats.MinRounds {
		fmt.Fprintf(out, "Told apart here is what differs by %s or more.\n", percent(s.Thousand.Value))
	}
	fmt.Fprintln(out)
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

func (r Row) response(c Cell) string {
	switch {
	case c.Outcome != result.OK:
		return short(c)
	case math.IsNaN(c.P50):
		return "-"
	}
	return fmt.Sprintf("%.0f", c.P50)
}

// beside is the response time beside the largest herd against that without one.
func (r Row) beside() string {
	if math.IsNaN(r.Beside) {
		return "-"
	}
	return fmt.Sprintf("%.2f", r.Beside)
}

// perIdle is the slope with its interval.
func (r Row) perIdle() string {
	e := r.PerIdle
	switch {
	case e.Rounds == 0:
		return "-"
	case e.Rounds == 1:
		return fmt.Sprintf("%.1f", e.Median)
	}
	return fmt.Sprintf("%.1f  %.1f to %.1f", e.Median, e.Low, e.High)
}
