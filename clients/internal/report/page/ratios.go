package page

import (
	"fmt"
	"strings"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/plots"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// compared is one figure of every model, as a ratio to the reference's.
type compared struct {
	floor report.Floor
	less  bool // less is better
	all   bool // every model has a line, measured or not
	cell  func(report.Row) report.Cell
	ratio func(report.Cell) stats.Estimate
}

func ofRatio(c report.Cell) stats.Estimate { return c.Ratio }

func ofCost(c report.Cell) stats.Estimate { return c.Cost }

func rate(s report.Summary) (figure, error) {
	f := figure{ID: "rate", Title: "Rate with 64 clients", none: "no throughput was measured"}
	f.Caption = []string{
		"Replies per second as a ratio to epoll's in the same trials, on a logarithmic axis: right is more, and better. " +
			"A bar is the interval of the rounds, a point their median.",
		noise(s.Rate),
	}
	return f.forest(s, "rate, epoll = 1", compared{
		floor: s.Rate, all: true, ratio: ofRatio,
		cell: func(r report.Row) report.Cell { return r.Throughput },
	})
}

func cost(s report.Summary) (figure, error) {
	f := figure{ID: "cpu", Title: "CPU for a request, with 64 clients", none: "no throughput was measured with its CPU time"}
	f.Caption = []string{
		"The server's CPU time for a request as a ratio to epoll's in the same trials, on a logarithmic axis: left is less, and better. " +
			"What the kernel does for a request is partly billed to the client, and not in here.",
		noise(s.Cost),
	}
	return f.forest(s, "CPU time, epoll = 1", compared{
		floor: s.Cost, all: true, less: true,
		cell:  func(r report.Row) report.Cell { return r.Throughput },
		ratio: ofCost,
	})
}

func response(s report.Summary) (figure, error) {
	f := figure{ID: "response", Title: "Response time of one client", none: "no latency was measured"}
	f.Caption = []string{
		"The median response time with one client as a ratio to epoll's in the same trials, on a logarithmic axis: left is less, and better.",
		noise(s.Response),
	}
	return f.forest(s, "response time, epoll = 1", compared{
		floor: s.Response, all: true, less: true, ratio: ofRatio,
		cell: func(r report.Row) report.Cell { return r.Latency },
	})
}

func thousand(s report.Summary) (figure, error) {
	f := figure{ID: "thousand-plot", Title: "Rate with 1,000 clients", none: "no model but epoll was put to it"}
	f.Caption = []string{
		"Replies per second as a ratio to epoll's in the same trials, on a logarithmic axis: right is more, and better.",
		noise(s.Thousand),
	}
	return f.forest(s, "rate, epoll = 1", compared{
		floor: s.Thousand, ratio: ofRatio,
		cell: func(r report.Row) report.Cell { return r.Thousand },
	})
}

// forest draws the figure, unless there is nothing to compare.
func (f figure) forest(s report.Summary, axis string, c compared) (figure, error) {
	lines, measured := c.lines(s)
	if measured == 0 {
		return f, nil
	}
	drawn := plots.Forest{Label: f.Title, Axis: axis, Lines: lines, Ratio: true}
	if c.floor.Known {
		drawn.Floor = min(c.floor.Value, 0.99) // the axis is logarithmic
	}
	f.Pictures = pictures(drawn.SVG())
	f.Table.estimates(axis, lines)
	return f, nil
}

// lines are the models', family by family, and how many of them have figures.
// The reference does not count: it is only beside itself.
func (c compared) lines(s report.Summary) (lines []plots.Line, measured int) {
	family := ""
	for _, r := range s.Rows {
		cell := c.cell(r)
		if cell.Outcome == "" && !c.all {
			continue
		}
		if r.Family != family && c.all {
			family = r.Family
			lines = append(lines, plots.Line{Name: family, Heading: true})
		}
		line := c.line(r, cell)
		if line.Words == "" && !r.Reference {
			measured++
		}
		lines = append(lines, line)
	}
	return lines, measured
}

func (c compared) line(r report.Row, cell report.Cell) plots.Line {
	e := c.ratio(cell)
	line := plots.Line{Name: r.Model, Median: e.Median, Low: e.Low, High: e.High, Ink: plots.Same}
	verdict := stats.Unknown
	if c.floor.Known {
		verdict = stats.Judge(e, c.floor.Value)
	}
	line.Figure, line.Value = c.figures(e)
	switch {
	case r.Unsupported != "":
		line.Words = "unsupported here"
	case cell.Outcome != result.OK || e.Rounds == 0:
		line.Words = why(cell)
	case r.Reference && !c.floor.Known:
		line.Median, line.Low, line.High, line.Figure, line.Value = 1, 1, 1, "1", ""
	case r.Reference: // its other process, as if it were a contender
		line.Hollow, line.Figure = true, "twin"
	case verdict == stats.Tied:
		line.Hollow, line.Mark = true, "="
	case verdict == stats.Unknown:
		line.Hollow, line.Mark = true, "?"
	case (verdict == stats.Less) == c.less:
		line.Ink = plots.Better
	default:
		line.Ink = plots.Worse
	}
	return line
}

// figures has as many digits as the noise leaves.
func (c compared) figures(e stats.Estimate) (median, interval string) {
	digits := 2
	if c.floor.Known && c.floor.Value < 0.02 {
		digits = 3
	}
	return fmt.Sprintf("%.*f", digits, e.Median), fmt.Sprintf("%.*f–%.*f", digits, e.Low, digits, e.High)
}

// why there is no figure, in few words; the list of what was withheld has them all.
func why(c report.Cell) string {
	switch c.Outcome {
	case "":
		return "not measured"
	case result.OK:
		return "not known"
	case result.Declared, result.Bound:
		words, _, _ := strings.Cut(c.Reason, ":")
		return words
	}
	return string(c.Outcome)
}
