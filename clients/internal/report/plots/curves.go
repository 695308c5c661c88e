package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"c10klab/clients/internal/report"
)

// Point is an estimate at a place of the axis.
type Point struct {
	X                 float64
	Median, Low, High float64
}

// Curve is one model's. Its name says how it is drawn.
type Curve struct {
	Name   string
	Points []Point // by X
	Smooth bool    // many points: no marks and no intervals
}

// Curves shows figures on a logarithmic axis over something. Each curve has its name at its end.
type Curves struct {
	Label string
	X, Y  string
	Axis  Axis
	Lines []Curve
	Ratio bool    // to the reference: 1 is marked, with the noise around it
	Floor float64 // the run's noise, around 1; 0: not known
	Band  []Point // what noise covers, where it is no ratio
	Limit float64 // a figure that matters, marked across; 0: none
}

// Of makes them ratios to the reference, with this run's noise.
func (v Curves) Of(floor report.Floor) Curves {
	v.Ratio = true
	if floor.Known {
		v.Floor = min(floor.Value, 0.99)
	}
	return v
}

const (
	curvesHeight = 270
	nameGap      = 12.5
)

// nameRoom is what the longest name takes at the right.
func (v Curves) nameRoom() vg.Length {
	longest := 5
	for _, curve := range v.Lines {
		longest = max(longest, len(curve.Name))
	}
	return vg.Length(24 + 5.9*float64(longest))
}

// SVG draws them.
func (v Curves) SVG() (string, error) {
	p := empty()
	p.X.Label.Text = v.X
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.TickerFunc(logarithmic)
	place := v.places()
	v.span(p, place)
	p.X.Tick.Marker = within(v.ticks(place), p)
	p.Add(across{v, place})
	for _, curve := range v.Lines {
		if err := curve.add(p, place); err != nil {
			return "", fmt.Errorf("drawing %s: %w", curve.Name, err)
		}
	}
	names := ends{v, place}
	p.Add(names)
	v.span(p, place) // adding curves has widened it
	return picture("plot", v.Label, width, curvesHeight, func(c draw.Canvas) {
		// Not the axis's own label: beside a logarithmic axis the library leaves room for it at a wrong place.
		c.FillText(words(Muted, small, draw.XLeft), vg.Point{X: 2, Y: c.Max.Y - 7}, v.Y)
		p.Draw(draw.Crop(c, 2, -v.nameRoom(), 0, -20))
	}), nil
}

// span is the range of all that is drawn.
func (v Curves) span(p *plot.Plot, place map[float64]float64) {
	low, high := math.Inf(1), math.Inf(-1)
	if v.Ratio {
		low, high = 1-v.Floor, 1+v.Floor
	}
	if v.Limit > 0 {
		low, high = min(low, v.Limit), max(high, v.Limit)
	}
	left, right := math.Inf(1), math.Inf(-1)
	for _, curve := range append(slices.Clone(v.Lines), Curve{Points: v.Band}) {
		for _, at := range curve.Points {
			low, high = min(low, at.Low), max(high, at.High)
			left, right = min(left, place[at.X]), max(right, place[at.X])
		}
	}
	room := 0.03*(right-left) + 1e-3
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = left-room, right+room, low/1.12, high*1.12
}

// within leaves out ticks that lie beyond the axis.
func within(ticks plot.ConstantTicks, p *plot.Plot) plot.ConstantTicks {
	return slices.DeleteFunc(slices.Clone(ticks), func(t plot.Tick) bool { return t.Value < p.X.Min || t.Value > p.X.Max })
}

type errorBars struct {
	plotter.XYs
	plotter.YErrors
}

func (curve Curve) add(p *plot.Plot, place map[float64]float64) error {
	bars := errorBars{}
	for _, at := range curve.Points {
		bars.XYs = append(bars.XYs, plotter.XY{X: place[at.X], Y: at.Median})
		bars.YErrors = append(bars.YErrors, struct{ Low, High float64 }{at.Median - at.Low, at.High - at.Median})
	}
	line, points, err := plotter.NewLinePoints(bars.XYs)
	if err != nil {
		return err
	}
	intervals, err := plotter.NewYErrorBars(bars)
	if err != nil {
		return err
	}
	s := styleOf(curve.Name)
	line.LineStyle = stroke(s.ink, 1.8)
	intervals.LineStyle, intervals.CapWidth = stroke(s.ink, 1), 5
	points.GlyphStyle = s.glyph(3.6)
	if curve.Smooth {
		p.Add(line)
		return nil
	}
	p.Add(intervals, line, points)
	return nil
}

// ends writes each curve's name beside its end.
type ends struct {
	Curves
	place map[float64]float64
}

// Plot draws them in the room at the right.
func (e ends) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var tags []tag
	for _, curve := range e.Lines {
		if n := len(curve.Points); n > 0 {
			last := curve.Points[n-1]
			tags = append(tags, tag{name: curve.Name, from: vg.Point{X: x(e.place[last.X]), Y: y(last.Median)}})
		}
	}
	spread(tags, nameGap, c.Min.Y, c.Max.Y)
	for _, t := range tags {
		s := styleOf(t.name)
		to := vg.Point{X: c.Max.X + 9, Y: t.y}
		lead := stroke(Muted, 0.7) // no curve, and must not look like one
		lead.Dashes = []vg.Length{1, 3}
		c.StrokeLines(lead, []vg.Point{t.from, {X: max(t.from.X, c.Max.X-4), Y: t.from.Y}, to})
		c.DrawGlyphNoClip(s.glyph(3.2), vg.Point{X: to.X + 2, Y: to.Y})
		c.FillText(words(Text, small, draw.XLeft), vg.Point{X: to.X + 8, Y: to.Y + 1}, t.name)
	}
}

// across is what lies behind the curves: noise, the grid, the line at 1, the limit.
type across struct {
	Curves
	place map[float64]float64
}

// Plot draws it.
func (a across) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	if a.Ratio && a.Floor > 0 {
		low, high := y(1-a.Floor), y(1+a.Floor)
		c.FillPolygon(Band, []vg.Point{{X: c.Min.X, Y: low}, {X: c.Max.X, Y: low}, {X: c.Max.X, Y: high}, {X: c.Min.X, Y: high}})
	}
	if len(a.Band) > 1 {
		var outline []vg.Point
		for _, at := range a.Band {
			outline = append(outline, vg.Point{X: x(a.place[at.X]), Y: y(at.Low)})
		}
		for _, at := range slices.Backward(a.Band) {
			outline = append(outline, vg.Point{X: x(a.place[at.X]), Y: y(at.High)})
		}
		c.FillPolygon(Band, outline)
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		c.StrokeLine2(stroke(Grid, 0.6), c.Min.X, y(t.Value), c.Max.X, y(t.Value))
	}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		c.StrokeLine2(stroke(Grid, 0.4), x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	if a.Ratio {
		c.StrokeLine2(stroke(Muted, 1), c.Min.X, y(1), c.Max.X, y(1))
	}
	if a.Limit > 0 {
		line := stroke(Muted, 1.2)
		line.Dashes = []vg.Length{5, 4}
		c.StrokeLine2(line, c.Min.X, y(a.Limit), c.Max.X, y(a.Limit))
	}
}
