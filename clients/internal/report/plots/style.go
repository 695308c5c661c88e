package plots

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"c10klab/clients/internal/target"
)

// style is how a model is drawn in every plot: its colour, and a shape for who doesn't tell colours apart.
type style struct {
	ink   Ink
	shape draw.GlyphDrawer
}

// polygon is a filled shape, its corners in radii from the middle.
type polygon []vg.Point

var (
	upward   = polygon{{X: 0, Y: 1.25}, {X: 1.15, Y: -0.85}, {X: -1.15, Y: -0.85}}
	downward = polygon{{X: 0, Y: -1.25}, {X: 1.15, Y: 0.85}, {X: -1.15, Y: 0.85}}
	diamond  = polygon{{X: 0, Y: 1.3}, {X: 1.3, Y: 0}, {X: 0, Y: -1.3}, {X: -1.3, Y: 0}}
)

// DrawGlyph draws it.
func (s polygon) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	corners := make([]vg.Point, len(s))
	for i, p := range s {
		corners[i] = vg.Point{X: at.X + p.X*style.Radius, Y: at.Y + p.Y*style.Radius}
	}
	c.FillPolygon(style.Color, corners)
}

// inks are the models' colours, different for those of a family; each family has a shape.
var inks = []struct {
	shape  draw.GlyphDrawer
	models map[string]Ink
}{
	{draw.CircleGlyph{}, map[string]Ink{
		"iterative": Seven, "process": Five, "prefork": Four, "thread": One, "crew": Six, "threadpool": Three, "threadingserver": Two, "forkingserver": Eight,
	}},
	{upward, map[string]Ink{"polling": Five, "events": Four}},
	{draw.BoxGlyph{}, map[string]Ink{
		"select": Two, "poll": Three, target.Reference: Text, "epolledge": Six, "selectors": One, "reactor": Four, "multireactor": Eight, "hybrid": Seven,
	}},
	{downward, map[string]Ink{"generator": Three, "greenlet": Eight, "goroutine": Four}},
	{diamond, map[string]Ink{"proactor": Two}},
}

// styleOf is a model's; one that is not listed has one of the colours, too, always the same.
func styleOf(model string) style {
	for _, family := range inks {
		if ink, known := family.models[model]; known {
			return style{ink, family.shape}
		}
	}
	sum := 0
	for _, b := range []byte(model) {
		sum += int(b)
	}
	return style{series(sum), draw.RingGlyph{}}
}

// InkOf is a model's colour.
func InkOf(model string) Ink { return styleOf(model).ink }

func (s style) glyph(radius float64) draw.GlyphStyle {
	return draw.GlyphStyle{Color: s.ink, Radius: vg.Points(radius), Shape: s.shape}
}

// tag is a name at the end of its curve.
type tag struct {
	name string
	from vg.Point // the curve's end
	y    vg.Length
}

// spread moves names apart that would stand upon each other, as little as it can.
func spread(tags []tag, gap, low, high vg.Length) {
	slices.SortStableFunc(tags, func(a, b tag) int {
		switch {
		case a.from.Y < b.from.Y:
			return -1
		case a.from.Y > b.from.Y:
			return 1
		}
		return 0
	})
	last := low - gap
	for i := range tags {
		tags[i].y = max(tags[i].from.Y, last+gap)
		last = tags[i].y
	}
	next := high + gap
	for i := len(tags) - 1; i >= 0; i-- {
		tags[i].y = min(tags[i].y, next-gap)
		next = tags[i].y
	}
}
