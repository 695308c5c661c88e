package plots

import (
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot"

	"c10klab/clients/internal/report"
)

// Axis says what lies along a plot of curves.
type Axis int

// The axes.
const (
	Counts      Axis = iota // numbers of connections, logarithmic; 0 stands left of the smallest
	Percentiles             // in per cent, by how few lie beyond: 90, 99 and 99.9 are evenly apart
	Loads                   // requests a second, or any other figure, logarithmic
)

// places maps what stands along the axis to where.
func (v Curves) places() map[float64]float64 {
	place, least, zero := map[float64]float64{}, math.Inf(1), false
	for x := range v.along() {
		switch {
		case v.Axis == Percentiles:
			place[x] = -math.Log10(1 - x/100)
		case x > 0:
			place[x], least = math.Log10(x), min(least, x)
		default:
			zero = true
		}
	}
	if zero {
		if math.IsInf(least, 1) {
			least = 1
		}
		place[0] = math.Log10(least) - 0.5
	}
	return place
}

// along yields each x of each curve and of the band.
func (v Curves) along() func(yield func(float64) bool) {
	return func(yield func(float64) bool) {
		for _, curve := range append(slices.Clone(v.Lines), Curve{Points: v.Band}) {
			for _, at := range curve.Points {
				if !yield(at.X) {
					return
				}
			}
		}
	}
}

// ticks are the axis's.
func (v Curves) ticks(place map[float64]float64) plot.ConstantTicks {
	switch v.Axis {
	case Percentiles:
		return percentiles
	case Loads:
		return decades(place)
	}
	return ticksAt(place)
}

var percentiles = plot.ConstantTicks{
	{Value: 0, Label: "0"},
	{Value: -math.Log10(0.5), Label: "50"},
	{Value: 1, Label: "90"},
	{Value: 2, Label: "99"},
	{Value: 3, Label: "99.9"},
	{Value: 4, Label: "99.99"},
	{Value: 5, Label: "99.999"},
}

// decades labels round numbers: loads are many and not round.
func decades(place map[float64]float64) (ticks plot.ConstantTicks) {
	values := slices.Sorted(maps.Values(place))
	low, high := math.Pow(10, values[0]), math.Pow(10, values[len(values)-1])
	if high < 1.2*low {
		low, high = low/1.2, high*1.2
	}
	for _, t := range logarithmic(low, high) {
		if t.Value > 0 {
			ticks = append(ticks, plot.Tick{Value: math.Log10(t.Value), Label: report.Number(t.Value)})
		}
	}
	return ticks
}

// ticksAt labels each number that has room for its label.
func ticksAt(place map[float64]float64) (ticks plot.ConstantTicks) {
	numbers := slices.Sorted(maps.Keys(place))
	span := place[numbers[len(numbers)-1]] - place[numbers[0]]
	last := math.Inf(-1)
	for _, n := range numbers {
		t := plot.Tick{Value: place[n]}
		if t.Value-last > 0.12*span {
			t.Label, last = report.Thousands(int(n)), t.Value
		}
		ticks = append(ticks, t)
	}
	return ticks
}
