package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Stops shows how far each line goes, from nothing: to a wall where it stops, with an arrow where nothing stopped it
// (Line.Hollow).
type Stops struct {
	Label string
	Axis  string
	Lines []Line // Median is how far
}

// SVG draws it, the axis logarithmic.
func (s Stops) SVG() string {
	r := rows{s.Lines}
	return picture("plot", s.Label, width, r.height(), func(c draw.Canvas) {
		p := empty()
		p.X.Label.Text = s.Axis
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.TickerFunc(logarithmic)
		p.X.Min, p.X.Max = s.span()
		p.Add(r, s)
		r.draw(c, p)
	})
}

func (s Stops) span() (low, high float64) {
	low, high = math.Inf(1), 10
	for _, line := range s.Lines {
		if line.Median > 0 {
			low, high = min(low, line.Median), max(high, line.Median)
		}
	}
	return max(1, min(low, high)/3), high * 1.3
}

// Plot draws the ways and their ends.
func (s Stops) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, line := range s.Lines {
		if line.Heading || line.Words != "" || line.Median <= 0 {
			continue
		}
		at := y(rows{s.Lines}.y(i))
		end := x(max(line.Median, p.X.Min))
		c.StrokeLine2(stroke(line.Ink, 2.2), c.Min.X, at, end, at)
		if line.Hollow {
			c.StrokeLines(stroke(line.Ink, 2.2), []vg.Point{{X: end - 5, Y: at + 4.5}, {X: end, Y: at}, {X: end - 5, Y: at - 4.5}})
			continue
		}
		c.StrokeLine2(stroke(line.Ink, 3.4), end, at-6, end, at+6)
	}
}
