// Package plots draws what a report shows: forests of ratios, stacked bars and
// curves, as SVG to be put into an HTML page.
package plots

import (
	"fmt"
	"image/color"
	"regexp"
)

// Ink says what a stroke is for. The colour is the page's, one for light and one
// for dark: the SVG refers to a CSS variable of that name.
type Ink uint8

// The inks.
const (
	Text Ink = iota
	Muted
	Paper // what is drawn upon
	Grid
	Band   // what noise covers
	Better // than the reference
	Worse
	Same // as the reference, or not known to differ
	One  // series: eight colours that colour-blind readers tell apart
	Two
	Three
	Four
	Five
	Six
	Seven
	Eight
	Own // parts of a sum
	Kernel
)

var names = []string{
	"ink", "muted", "paper", "grid", "band", "better", "worse", "same",
	"series-1", "series-2", "series-3", "series-4", "series-5", "series-6", "series-7", "series-8", "part-1", "part-2",
}

// series is the ink of the nth curve.
func series(n int) Ink { return One + Ink(n%8) }

// part is the ink of the nth part of a sum: no model's.
func part(n int) Ink { return Own + Ink(n%2) }

// RGBA is a colour that stands for the ink until the SVG is written. (Black would
// not do: the library leaves it out.)
func (i Ink) RGBA() (r, g, b, a uint32) {
	return color.RGBA{R: 0xc1, G: 0x0c, B: uint8(i), A: 0xff}.RGBA()
}

var standIn = regexp.MustCompile(`(fill|stroke):#C10C([0-9A-F]{2})`)

// inked puts the page's colours in place of those that stood for them.
func inked(svg string) string {
	return standIn.ReplaceAllStringFunc(svg, func(s string) string {
		m := standIn.FindStringSubmatch(s)
		var i int
		if _, err := fmt.Sscanf(m[2], "%X", &i); err != nil || i >= len(names) {
			return s
		}
		return m[1] + ":var(--" + names[i] + ")"
	})
}
