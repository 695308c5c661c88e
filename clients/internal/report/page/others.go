package page

import (
	"c10klab/clients/internal/report"
)

// others are the experiments that compare models in ways that have no plot of their own.
func others(s report.Summary) (draws []func(report.Summary) (figure, error)) {
	for _, p := range s.Compared() {
		draws = append(draws, func(s report.Summary) (figure, error) { return other(s, p) })
	}
	return draws
}

func other(s report.Summary, p report.Comparison) (figure, error) {
	f := figure{ID: p.Name + "-plot", Title: p.Title, none: "nothing to compare"}
	axis := "rate, epoll = 1"
	switch {
	case p.OfCost:
		axis = "CPU time, epoll = 1"
	case p.Less:
		axis = "response time, epoll = 1"
	}
	c := compared{floor: p.Floor, less: p.Less, ratio: ofRatio, cell: func(r report.Row) report.Cell { return p.Cells[r.Model] }}
	direction := "right is more, and better"
	if c.less {
		direction = "left is less, and better"
	}
	if p.OfCost {
		c.ratio = ofCost
	}
	f.Caption = []string{"A ratio to epoll in the same trials, on a logarithmic axis: " + direction + ". " + p.About, noise(p.Floor)}
	return f.forest(s, axis, c)
}
