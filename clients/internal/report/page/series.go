package page

import (
	"slices"
	"strings"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/plots"
	"c10klab/clients/internal/stats"
)

// limit is the p99 that capacity goes by, in us.
const limit = 1000

// series are the experiments that measured step by step: first of all latency against load.
func series(s report.Summary) (draws []func(report.Summary) (figure, error)) {
	names := s.Stepped()
	if !slices.Contains(names, "capacity") {
		names = append([]string{"capacity"}, names...)
	}
	for _, name := range names {
		draws = append(draws, func(s report.Summary) (figure, error) { return steps(s, name) })
	}
	return draws
}

// steps draws the response time over the load; where none was measured, the first figure there is.
func steps(s report.Summary, experiment string) (figure, error) {
	f := figure{ID: experiment + "-curve", Title: report.Title(experiment) + ", step by step", none: "nothing was measured step by step"}
	v := plots.Curves{X: "step", Axis: plots.Loads}
	if experiment == "capacity" {
		f.Title, f.none = "Latency against load", "capacity is measured when it is asked for: lab run -experiments capacity"
		v.X, v.Limit = "requests a second, offered", limit
	}
	var groups []group
	name := ""
	for _, r := range s.Rows {
		c := plots.Curve{Name: r.Model}
		for _, step := range s.Steps(r.Model, experiment) {
			if name == "" {
				name = foremost(step.Figures)
			}
			if e := step.Figures[name]; step.At > 0 && e.Rounds > 0 && e.Low > 0 {
				c.Points = append(c.Points, plots.Point{X: step.At, Median: e.Median, Low: e.Low, High: e.High})
			}
		}
		groups = byFamily(groups, r.Family, c)
	}
	v.Y = strings.ReplaceAll(strings.TrimSuffix(name, "_us"), "_", " ")
	if strings.HasSuffix(name, "_us") {
		v.Y += ", µs"
	}
	f.Caption = []string{"Both axes are logarithmic; a bar is the interval of the rounds."}
	if experiment == "capacity" {
		f.Caption = []string{
			"Open loop: so many requests fell due each second, whatever the server did, and time counts from then. The axes are logarithmic; a bar is the interval of the rounds, and the broken line is 1 ms, " +
				"where capacity ends. A curve goes straight up where the server no longer keeps pace.",
		}
	}
	return f.curves(v, nil, groups...)
}

// foremost is the figure that is drawn.
func foremost(figures map[string]stats.Estimate) string {
	if _, known := figures["p99_us"]; known {
		return "p99_us"
	}
	least := ""
	for name := range figures {
		if least == "" || name < least {
			least = name
		}
	}
	return least
}
