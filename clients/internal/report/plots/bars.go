package plots

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars shows sums: each line's parts one after the other.
type Bars struct {
	Label string
	Axis  string
	Lines []Line
}

// SVG draws it.
func (b Bars) SVG() (string, error) {
	r := rows{b.Lines}
	p := empty()
	p.X.Label.Text, p.X.Tick.Marker = b.Axis, plot.TickerFunc(linear)
	p.Add(r)
	var below *plotter.BarChart
	for n := range b.parts() {
		values := make(plotter.Values, len(b.Lines))
		for i, line := range b.Lines {
			if n < len(line.Parts) {
				values[int(r.y(i))] = max(line.Parts[n], 0)
			}
		}
		chart, err := plotter.NewBarChart(values, vg.Points(0.62*rowHeight))
		if err != nil {
			return "", fmt.Errorf("drawing bars: %w", err)
		}
		chart.Horizontal, chart.Color, chart.LineStyle.Width = true, part(n), 0
		if below != nil {
			chart.StackOn(below)
		}
		p.Add(chart)
		below = chart
	}
	p.X.Min, p.X.Max = 0, max(p.X.Max, 1e-9)*1.02
	return picture("plot", b.Label, width, r.height(), func(c draw.Canvas) { r.draw(c, p) }), nil
}

func (b Bars) parts() (n int) {
	for _, line := range b.Lines {
		n = max(n, len(line.Parts))
	}
	return n
}

// Swatch is the colour of the nth part, for a legend.
func Swatch(n int) string {
	return picture("key", "", 12, 12, func(c draw.Canvas) {
		c.FillPolygon(part(n), []vg.Point{{X: 1, Y: 1}, {X: 11, Y: 1}, {X: 11, Y: 11}, {X: 1, Y: 11}})
	})
}
