package report

import (
	"fmt"
	"math"

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

// scaleSheet is how the rate holds as more and more clients ask.
func (s Summary) scaleSheet() Sheet {
	t := Sheet{
		Name: "scale", Title: "As clients grow in number",
		About:  "N clients, all asking: rate (epoll = 1.00).",
		Header: counts(s.Sizes), Right: 2,
	}
	for _, r := range s.measured(func(r Row) bool { return some(r.Scale) }) {
		line := []string{r.Model}
		for _, n := range s.Sizes {
			line = append(line, r.size(r.Scale[n]))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// counts are the header of a table with a column for each number of clients.
func counts(numbers []int) []string {
	header := []string{""}
	for _, n := range numbers {
		header = append(header, Thousands(n))
	}
	return header
}

func some(cells map[int]Cell) bool {
	for _, c := range cells {
		if c.Outcome != "" {
			return true
		}
	}
	return false
}

// herdSheet is what idle clients cost the one that asks.
func (s Summary) herdSheet() Sheet {
	t := Sheet{
		Name: "herd", Title: "One asks, the others are idle",
		About: "1 client asks beside N that are idle: response time in us, with most of them " +
			"against none, and what each idle one adds to the server's CPU for a request.",
		Header: append(counts(s.Herds), "most/0", "ns CPU/idle"), Right: 2,
	}
	for _, r := range s.measured(func(r Row) bool { return some(r.Herd) }) {
		line := []string{r.Model}
		for _, n := range s.Herds {
			line = append(line, r.response(r.Herd[n]))
		}
		t.Rows = append(t.Rows, append(line, r.beside(), r.perIdle()))
	}
	return t
}

// thousandSheet is the rate of those that were asked by 1,000 clients.
func (s Summary) thousandSheet() Sheet {
	t := Sheet{
		Name: "thousand", Title: "A thousand at once",
		About:  "1,000 clients, all asking: replies/s (epoll = 1.00), the server's CPU for each.",
		Header: []string{"", "rate at 1,000", "us CPU"}, Right: 2,
	}
	for _, r := range s.measured(func(r Row) bool { return r.Thousand.Outcome != "" }) {
		t.Rows = append(t.Rows, []string{r.Model, r.rate(r.Thousand), r.cpu(r.Thousand)})
	}
	if s.Thousand.Known && s.Rounds >= stats.MinRounds {
		t.Notes = []Note{{"", fmt.Sprintf("Told apart here is what differs by %s or more.", percent(s.Thousand.Value))}}
	}
	return t
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
