package page

import (
	"fmt"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/plots"
	"c10klab/clients/internal/result"
)

// herd is the response beside idle connections.
func herd(s report.Summary) (figure, error) {
	f := figure{ID: "herd-response", Title: "Response time beside idle connections", none: "no herd was measured"}
	g, missing := group{}, []string(nil)
	for _, r := range s.Rows {
		c, m := curve(r.Model, s.Herds, r.Herd)
		missing = append(missing, m...)
		g.add(c)
	}
	f.Caption = []string{
		"One client asks beside N that are silent: its median response time as a ratio to that of epoll without any, in the same trials. Both axes are logarithmic, 0 stands apart; a bar is the interval of the rounds.",
		level(s.Response, "one client and none idle"),
	}
	v := plots.Curves{X: "idle connections (0 apart)", Y: "response time, epoll beside none = 1"}
	return f.curves(v.Of(s.Response), missing, g)
}

// herdCost is the server's CPU time beside idle connections: straight lines upwards are the scans.
func herdCost(s report.Summary) (figure, error) {
	f := figure{ID: "herd-spent", Title: "CPU for a request beside idle connections", none: "no herd was measured with its CPU time"}
	var g group
	for _, r := range s.Rows {
		c := plots.Curve{Name: r.Model}
		for _, n := range s.Herds {
			if e := r.Herd[n].Spent; r.Herd[n].Outcome == result.OK && e.Rounds > 0 {
				c.Points = append(c.Points, plots.Point{X: float64(n), Median: e.Median, Low: e.Low, High: e.High})
			}
		}
		g.add(c)
	}
	f.Caption = []string{
		"One client asks beside N that are silent: the server's CPU time for its request. Both axes are logarithmic, 0 stands apart; a bar is the interval of the rounds. " +
			"What asks or scans every socket rises with their number; what is told which one is ready stays flat.",
	}
	return f.curves(plots.Curves{X: "idle connections (0 apart)", Y: "CPU time of a request, µs"}, nil, g)
}

// scale is the rate as clients grow in number, a plot for each family.
func scale(s report.Summary) (figure, error) {
	f := figure{ID: "scale-plot", Title: "Rate as clients grow in number", none: "scale is measured when it is asked for: lab run -experiments scale"}
	var groups []group
	var missing []string
	for _, r := range s.Rows {
		c, m := curve(r.Model, s.Sizes, r.Scale)
		missing = append(missing, m...)
		if !r.Reference {
			groups = byFamily(groups, r.Family, c)
		}
	}
	f.Caption = []string{
		"N clients, all asking: replies per second as a ratio to epoll's with as many, in the same trials. Both axes are logarithmic; a bar is the interval of the rounds. Up is more, and better.",
		level(s.Rate, "64 clients"),
	}
	v := plots.Curves{X: "clients, all asking", Y: "rate, epoll = 1"}
	return f.curves(v.Of(s.Rate), missing, groups...)
}

// group is what shares a pair of axes.
type group struct {
	title string
	lines []plots.Curve
}

// add keeps a curve that has points.
func (g *group) add(c plots.Curve) {
	if len(c.Points) > 0 {
		g.lines = append(g.lines, c)
	}
}

// byFamily puts a curve into the last group, or begins one.
func byFamily(groups []group, family string, c plots.Curve) []group {
	if last := len(groups) - 1; last < 0 || groups[last].title != family {
		groups = append(groups, group{title: family})
	}
	groups[len(groups)-1].add(c)
	return groups
}

// together puts all into one group where they are few.
func together(groups []group) []group {
	const few = 8
	var all group
	for _, g := range groups {
		all.lines = append(all.lines, g.lines...)
	}
	if len(all.lines) > few {
		return groups
	}
	return []group{all}
}

// curves draws each group that has any, all like v.
func (f figure) curves(v plots.Curves, missing []string, groups ...group) (figure, error) {
	for _, g := range together(groups) {
		if len(g.lines) == 0 {
			continue
		}
		v.Label, v.Lines = f.Title, g.lines
		if g.title != "" {
			v.Label += ", " + g.title
		}
		svg, err := v.SVG()
		if err != nil {
			return f, err
		}
		f.Pictures = append(f.Pictures, picture{Title: g.title, SVG: drawing(svg)})
		f.Table.curves(v)
	}
	if len(f.Pictures) > 1 {
		f.Caption = append(f.Caption, "Each family has axes of its own.")
	}
	if len(missing) > 0 {
		f.Caption = append(f.Caption, "Without a point: "+listed(missing)+".")
	}
	return f, nil
}

// level says what the band means where curves cross it.
func level(f report.Floor, at string) string {
	if !f.Known {
		return "This run does not know its noise, so nothing here is ranked."
	}
	return fmt.Sprintf("The grey band is this run's noise, %.1f %%, found with %s: what lies inside it, or has an interval that reaches 1, can't be told from a second epoll.", 100*f.Value, at)
}

// curve is a model's, and where it has no point though it was tried.
func curve(model string, numbers []int, cells map[int]report.Cell) (c plots.Curve, missing []string) {
	c.Name = model
	for _, n := range numbers {
		cell := cells[n]
		switch {
		case cell.Outcome == result.OK && cell.Ratio.Median > 0 && cell.Ratio.Low > 0:
			c.Points = append(c.Points, plots.Point{X: float64(n), Median: cell.Ratio.Median, Low: cell.Ratio.Low, High: cell.Ratio.High})
		case cell.Outcome != "":
			missing = append(missing, fmt.Sprintf("%s at %s, %s", model, report.Thousands(n), why(cell)))
		}
	}
	return c, missing
}
