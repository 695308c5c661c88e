package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Forest shows an estimate with its interval on each line.
type Forest struct {
	Label string // what it shows, for who can't see it
	Axis  string
	Lines []Line
	Ratio bool    // of something to the reference's: the axis is logarithmic, 1 is marked
	Floor float64 // the run's noise, around 1; 0: not known
}

// SVG draws it.
func (f Forest) SVG() string {
	r := rows{f.Lines}
	return picture("plot", f.Label, width, r.height(), func(c draw.Canvas) {
		p := empty()
		p.X.Label.Text = f.Axis
		p.X.Min, p.X.Max = f.span()
		p.X.Tick.Marker = plot.TickerFunc(linear)
		if f.Ratio {
			p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.TickerFunc(logarithmic)
		}
		p.Add(band{f.Floor, f.Ratio}, r, f)
		r.draw(c, p)
	})
}

// span is the range of all intervals, the band and the line at 1, or 0, with some room.
func (f Forest) span() (low, high float64) {
	low, high = 0, 0
	if f.Ratio {
		low, high = 1-f.Floor, 1+f.Floor
	}
	for _, line := range f.Lines {
		if !line.Heading && line.Words == "" {
			low, high = min(low, line.Low), max(high, line.High)
		}
	}
	if f.Ratio {
		room := math.Pow(high/low, 0.05) + 0.01
		return low / room, high * room
	}
	room := 0.05*(high-low) + 1e-9
	return low - room, high + room
}

// Plot draws the intervals.
func (f Forest) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, line := range f.Lines {
		if line.Heading || line.Words != "" {
			continue
		}
		at := y(rows{f.Lines}.y(i))
		c.StrokeLine2(stroke(line.Ink, 2.2), x(line.Low), at, x(line.High), at)
		mark := draw.GlyphStyle{Color: line.Ink, Radius: vg.Points(4), Shape: draw.CircleGlyph{}}
		if line.Hollow { // a ring; what is under it must not show through
			c.DrawGlyph(draw.GlyphStyle{Color: Paper, Radius: vg.Points(4), Shape: draw.CircleGlyph{}}, vg.Point{X: x(line.Median), Y: at})
			c.SetLineStyle(stroke(line.Ink, 1.8))
			var ring vg.Path
			ring.Move(vg.Point{X: x(line.Median) + 3.6, Y: at})
			ring.Arc(vg.Point{X: x(line.Median), Y: at}, 3.6, 0, 2*math.Pi)
			ring.Close()
			c.Stroke(ring)
			continue
		}
		c.DrawGlyph(mark, vg.Point{X: x(line.Median), Y: at})
	}
}

// band is the noise around 1, and the line at 1 (or at 0 where figures are no ratios).
type band struct {
	floor float64
	ratio bool
}

// Plot draws it across the lines, that is from bottom to top.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	none := 0.0
	if b.ratio {
		none = 1
	}
	if b.floor > 0 {
		left, right := x(1-b.floor), x(1+b.floor)
		c.FillPolygon(Band, []vg.Point{
			{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y},
		})
	}
	c.StrokeLine2(stroke(Muted, 1), x(none), c.Min.Y, x(none), c.Max.Y)
}
