package claims

import (
	"fmt"
	"math"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

var english = message.NewPrinter(language.English)

// Number is a figure as a reader takes it in: three digits, and more only where it is a thousand or larger.
func Number(x float64) string {
	switch size := math.Abs(x); {
	case math.IsInf(x, 0) || math.IsNaN(x):
		return "-"
	case size >= 1000:
		return english.Sprintf("%.0f", x)
	case size > 0 && size < 1e-3:
		return fmt.Sprintf("%.1g", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// Measured is a finding's figure, with its interval where it has one; "-" if there is none.
func (f Finding) Measured() string {
	switch {
	case f.Rounds == 0:
		return "-"
	case f.Low == f.High:
		return Number(f.Median)
	}
	return fmt.Sprintf("%s (%s to %s)", Number(f.Median), Number(f.Low), Number(f.High))
}
