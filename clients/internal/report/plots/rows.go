package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line is one line of a forest or of stacked bars: a name, a figure, the figure in words.
type Line struct {
	Name    string
	Heading bool // a name alone, for those that follow

	Median, Low, High float64 // of a forest
	Ink               Ink     //
	Hollow            bool    // no difference from the reference is known

	Parts []float64 // of a bar, from left to right

	Figure, Mark, Value string // what stands at the right: 0.98, =, 0.94–1.02
	Words               string // why there is no figure; then nothing else counts
}

// What a line's name and its value take.
const (
	nameWidth   = 104
	valueWidth  = 118
	figureWidth = 40 // of it
)

// rows draws what stands beside the figures.
type rows struct{ lines []Line }

// y is the middle of a line; the first is on top.
func (r rows) y(i int) float64 { return float64(len(r.lines) - 1 - i) }

// height is that of a plot with these lines and an axis below.
func (r rows) height() vg.Length { return vg.Length(len(r.lines)*rowHeight + 46) }

// draw puts the plot between the names and the values.
func (r rows) draw(c draw.Canvas, p *plot.Plot) {
	p.Y.Min, p.Y.Max = -0.5, float64(len(r.lines))-0.5
	p.Y.Width, p.Y.Tick.Marker = 0, plot.ConstantTicks(nil)
	p.Draw(draw.Crop(c, nameWidth, -valueWidth, 0, 0))
}

// Plot writes names and values, and the grid behind everything.
func (r rows) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if c.ContainsX(x(t.Value)) {
			c.StrokeLine2(stroke(Grid, 0.6), x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
		}
	}
	for i, line := range r.lines {
		at := y(r.y(i)) + 1.5 // letters sit low
		if line.Heading {
			c.FillText(words(Muted, small, draw.XLeft), vg.Point{X: 2, Y: at}, line.Name)
			continue
		}
		c.FillText(words(Text, size, draw.XLeft), vg.Point{X: 10, Y: at}, line.Name)
		if line.Words != "" {
			c.FillText(words(Muted, small, draw.XRight), vg.Point{X: width - 2, Y: at}, line.Words)
			continue
		}
		column := vg.Length(width - valueWidth + figureWidth)
		c.FillText(words(Text, small, draw.XRight), vg.Point{X: column, Y: at}, line.Figure)
		c.FillText(words(Muted, small, draw.XLeft), vg.Point{X: column, Y: at}, line.Mark)
		c.FillText(words(Muted, small, draw.XRight), vg.Point{X: width - 2, Y: at}, line.Value)
	}
}
