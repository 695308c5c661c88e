package merge

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/report/plots"
)

// Sizes, in units of the SVG.
const (
	width      = 720
	nameWidth  = 170
	valueWidth = 235
	rowHeight  = 19
	above      = 24 // for what a test measures
	below      = 38 // for the axis
	small      = 11.5
)

// SVG is the forest plot of a claim: a panel for each of its tests, and in it a row for each run.
func (m Merged) SVG(c claims.Claim) string {
	var panels []panel
	height := vg.Length(4)
	for i, test := range c.Tests {
		p := m.panel(c.ID, i, test)
		panels, height = append(panels, p), height+p.height()
	}
	label := fmt.Sprintf("%s: the figure of each run with its interval, and what the claim asks", c.ID)
	return plots.Picture(label, width, height, func(canvas draw.Canvas) {
		top := height
		for _, p := range panels {
			p.draw(draw.Crop(canvas, 0, 0, top-p.height(), top-height))
			top -= p.height()
		}
	})
}

// panel is one test's part of a plot.
type panel struct {
	title string
	bar   claims.Bar
	rows  []line
}

// line is a machine's name and verdict, or a run's figure.
type line struct {
	name    string
	heading bool
	finding claims.Finding
	verdict claims.Verdict
}

func (m Merged) panel(id string, i int, test claims.Test) panel {
	p := panel{title: fmt.Sprintf("%s: asked is %v", test.What, test.Bar), bar: test.Bar}
	for _, machine := range m.Machines {
		heading := line{name: machine.Letter + "  " + machine.Name, heading: true}
		if i == 0 {
			heading.verdict = machine.Verdict(id)
		}
		p.rows = append(p.rows, heading)
		for _, r := range machine.Runs {
			if e, ok := r.entry(id); ok && i < len(e.Findings) {
				p.rows = append(p.rows, line{name: r.Label(), finding: e.Findings[i], verdict: e.Findings[i].Verdict})
			}
		}
	}
	return p
}

func (p panel) height() vg.Length { return above + vg.Length(len(p.rows))*rowHeight + below }

// ratio says that the axis may be logarithmic, and 1 is no difference.
func (p panel) ratio() bool {
	low, _ := p.reach()
	return !math.IsNaN(p.bar.Neutral) && low > 0
}

// reach is the least and the greatest of what must be seen.
func (p panel) reach() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	see := func(x float64) {
		if !math.IsInf(x, 0) && !math.IsNaN(x) {
			low, high = min(low, x), max(high, x)
		}
	}
	see(p.bar.Low)
	see(p.bar.High)
	see(p.bar.Neutral)
	for _, row := range p.rows {
		if !row.heading && measured(row.finding) {
			see(row.finding.Low)
			see(row.finding.High)
		}
	}
	if low > high { // a bar without an end and no figure
		return 0, 1
	}
	return low, high
}

func (p panel) draw(c draw.Canvas) {
	c.FillText(plots.Words(plots.Text, small, draw.XLeft), vg.Point{X: 2, Y: c.Max.Y - above/2}, p.title)
	drawn := plots.Empty()
	low, high := p.reach()
	if p.ratio() {
		room := math.Pow(high/low, 0.06) + 0.01
		drawn.X.Scale, drawn.X.Tick.Marker = plot.LogScale{}, plots.Logarithmic()
		drawn.X.Min, drawn.X.Max = low/room, high*room
	} else {
		room := 0.06*(high-low) + 1e-3*max(math.Abs(low), math.Abs(high), 1e-6)
		drawn.X.Tick.Marker = plots.Linear()
		drawn.X.Min, drawn.X.Max = low-room, high+room
	}
	drawn.Y.Min, drawn.Y.Max = -0.5, float64(len(p.rows))-0.5
	drawn.Y.Width, drawn.Y.Tick.Marker = 0, plot.ConstantTicks(nil)
	drawn.Add(ground{p}, figures{p})
	drawn.Draw(draw.Crop(c, nameWidth, -valueWidth, 8, -above))
}

// ground is what figures are held against: where the claim holds, and where there is no difference.
type ground struct{ panel }

// Plot draws it from bottom to top.
func (g ground) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	left, right := c.Min.X, c.Max.X
	if !math.IsInf(g.bar.Low, 0) {
		left = x(g.bar.Low)
	}
	if !math.IsInf(g.bar.High, 0) {
		right = x(g.bar.High)
	}
	c.FillPolygon(plots.Band, []vg.Point{{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y}})
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if at := x(t.Value); c.ContainsX(at) {
			c.StrokeLine2(plots.Stroke(plots.Grid, 0.6), at, c.Min.Y, at, c.Max.Y)
		}
	}
	if n := g.bar.Neutral; !math.IsNaN(n) {
		c.StrokeLine2(plots.Stroke(plots.Muted, 1), x(n), c.Min.Y, x(n), c.Max.Y)
	}
	edge := plots.Stroke(plots.Text, 1.4)
	edge.Dashes = []vg.Length{5, 3}
	for _, at := range []float64{g.bar.Low, g.bar.High} {
		if !math.IsInf(at, 0) {
			c.StrokeLine2(edge, x(at), c.Min.Y, x(at), c.Max.Y)
		}
	}
}

// figures are the rows, and the words beside them.
type figures struct{ panel }

// Plot draws them, the first on top.
func (f figures) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, row := range f.rows {
		at := y(float64(len(f.rows) - 1 - i))
		letters := at + 1.5 // they sit low
		if row.heading {
			// A name that is long goes on over the plot, of which nothing must show through.
			half, top := vg.Length(rowHeight)/2, at+rowHeight/2
			if i == 0 {
				top = c.Max.Y
			}
			c.FillPolygon(plots.Paper, []vg.Point{
				{X: c.Min.X, Y: at - half}, {X: c.Max.X, Y: at - half}, {X: c.Max.X, Y: top}, {X: c.Min.X, Y: top},
			})
			c.FillText(plots.Words(plots.Muted, small, draw.XLeft), vg.Point{X: 2, Y: letters}, row.name)
			if row.verdict != "" {
				c.FillText(plots.Words(plots.Text, small, draw.XRight), vg.Point{X: width - 2, Y: letters}, "the claim: "+string(row.verdict))
			}
			continue
		}
		c.FillText(plots.Words(plots.Text, small, draw.XLeft), vg.Point{X: 12, Y: letters}, row.name)
		c.FillText(plots.Words(plots.Muted, small, draw.XRight), vg.Point{X: width - 2, Y: letters}, string(row.verdict))
		if measured(row.finding) {
			words := fmt.Sprintf("%s (%s–%s)", digits(row.finding.Median), digits(row.finding.Low), digits(row.finding.High))
			c.FillText(plots.Words(plots.Text, small, draw.XLeft), vg.Point{X: width - valueWidth + 10, Y: letters}, words)
			interval(c, row, x(row.finding.Low), x(row.finding.Median), x(row.finding.High), at)
		}
	}
}

// interval is drawn by colour and shape: who can't tell the one sees the other.
func interval(c draw.Canvas, row line, low, middle, high, y vg.Length) {
	ink, shape := plots.Same, draw.GlyphDrawer(draw.CircleGlyph{})
	switch row.verdict {
	case claims.Confirmed:
		ink = plots.Better
	case claims.Smaller:
		ink, shape = plots.Better, draw.PyramidGlyph{}
	case claims.Refuted:
		ink, shape = plots.Worse, draw.BoxGlyph{}
	}
	c.StrokeLine2(plots.Stroke(ink, 2.2), low, y, high, y)
	at := vg.Point{X: middle, Y: y}
	c.DrawGlyph(draw.GlyphStyle{Color: ink, Radius: vg.Points(4), Shape: shape}, at)
	if ink == plots.Same { // nothing is decided
		c.DrawGlyph(draw.GlyphStyle{Color: plots.Paper, Radius: vg.Points(2.4), Shape: draw.CircleGlyph{}}, at)
	}
}
