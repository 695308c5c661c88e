package page

import (
	"math"
	"slices"
	"strconv"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/plots"
)

// data is the table behind a plot: for who can't see it, and who wants the figures.
type data struct {
	Label  string
	Header []string
	Rows   [][]string
}

// digits has four of them: as much as an eye could take from a plot.
func digits(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// estimates are the lines of a forest.
func (d *data) estimates(what string, lines []plots.Line) {
	d.Label, d.Header = what, []string{"model", what, "lowest", "highest", ""}
	for _, l := range lines {
		switch {
		case l.Heading:
		case l.Words != "":
			d.Rows = append(d.Rows, []string{l.Name, "-", "-", "-", l.Words})
		default:
			d.Rows = append(d.Rows, []string{l.Name, digits(l.Median), digits(l.Low), digits(l.High), said(l)})
		}
	}
}

// said is what a mark means.
func said(l plots.Line) string {
	switch {
	case l.Mark == "=":
		return "a tie"
	case l.Mark == "?":
		return "not known"
	case l.Hollow && l.Figure == "twin":
		return "the second epoll"
	}
	return ""
}

// sums are the lines of stacked bars.
func (d *data) sums(parts []string, lines []plots.Line) {
	d.Label, d.Header = "sums", append([]string{"model"}, parts...)
	for _, l := range lines {
		row := []string{l.Name}
		for i := range parts {
			if i < len(l.Parts) {
				row = append(row, digits(l.Parts[i]))
			} else {
				row = append(row, "-")
			}
		}
		d.Rows = append(d.Rows, row)
	}
}

// curves are a line for each point; of a curve that is drawn of many, those at the axis's marks.
func (d *data) curves(v plots.Curves) {
	d.Label, d.Header = v.Y, []string{"model", v.X, v.Y, "lowest", "highest"}
	if v.Axis == plots.Percentiles {
		d.Header = d.Header[:3]
	}
	for _, c := range v.Lines {
		for i, p := range c.Points {
			if v.Axis != plots.Percentiles {
				d.Rows = append(d.Rows, []string{c.Name, report.Number(p.X), digits(p.Median), digits(p.Low), digits(p.High)})
			} else if i == len(c.Points)-1 || slices.ContainsFunc([]float64{50, 90, 99, 99.9, 99.99}, func(at float64) bool { return p.X <= at && c.Points[i+1].X > at }) {
				d.Rows = append(d.Rows, []string{c.Name, strconv.FormatFloat(p.X, 'f', 2, 64), digits(p.Median)})
			}
		}
	}
}
