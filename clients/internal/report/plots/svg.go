package plots

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Sizes, in units of the SVG. A plot is narrow, so that its words can still be
// read where it is scaled down to a telephone.
const (
	width     = 430
	size      = 12.5 // of letters
	small     = 11.5
	rowHeight = 18
)

// fonts are left to the page's style sheet, in which the first are as wide as
// the one that the library measures by.
var fonts = regexp.MustCompile(`font-family:[^;]*;font-variant:[^;]*;`)

// picture makes an SVG element of what is drawn.
func picture(class, label string, width, height vg.Length, paint func(draw.Canvas)) string {
	canvas := vgsvg.New(width, height)
	paint(draw.New(canvas))
	var b strings.Builder
	_, _ = canvas.WriteTo(&b) // a Builder takes everything
	// Of the document around it an element in a page needs nothing.
	_, body, _ := strings.Cut(b.String(), "<svg")
	_, body, _ = strings.Cut(body, ">\n")
	return fmt.Sprintf("<svg class=%q role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %g %g\">\n%s",
		class, html.EscapeString(label), float64(width), float64(height), inked(fonts.ReplaceAllString(body, "")))
}

func words(ink Ink, points float64, x text.XAlignment) text.Style {
	return text.Style{
		Color: ink, Font: font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Points(points)),
		XAlign: x, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler,
	}
}

func stroke(ink Ink, width float64) draw.LineStyle {
	return draw.LineStyle{Color: ink, Width: vg.Points(width)}
}

// empty is a plot without a frame.
func empty() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.LineStyle = stroke(Grid, 1)
		axis.Tick.LineStyle = stroke(Grid, 1)
		axis.Tick.Label.Color = Muted
		axis.Tick.Label.Font = words(Muted, small, 0).Font
		axis.Label.TextStyle.Color = Muted
		axis.Label.TextStyle.Font = words(Muted, small, 0).Font
		axis.Label.Padding = 4
		axis.Padding = 0
	}
	return p
}
