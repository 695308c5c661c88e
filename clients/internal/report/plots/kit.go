package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// What plots elsewhere are drawn with.

// Picture makes an SVG element, labelled for who can't see it, of what is drawn; its colours are the page's.
func Picture(label string, width, height vg.Length, paint func(draw.Canvas)) string {
	return picture("plot", label, width, height, paint)
}

// Empty is a plot without a frame.
func Empty() *plot.Plot { return empty() }

// Words is a style of letters, in points.
func Words(ink Ink, points float64, x text.XAlignment) text.Style { return words(ink, points, x) }

// Stroke is a style of lines, in points.
func Stroke(ink Ink, width float64) draw.LineStyle { return stroke(ink, width) }

// Linear places ticks on round numbers.
func Linear() plot.Ticker { return plot.TickerFunc(linear) }

// Logarithmic places ticks on round numbers of an axis that is logarithmic.
func Logarithmic() plot.Ticker { return plot.TickerFunc(logarithmic) }
