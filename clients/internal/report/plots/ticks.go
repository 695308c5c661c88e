package plots

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// linear returns some five round numbers from low to high.
func linear(low, high float64) (ticks []plot.Tick) {
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, times := range []float64{2, 2.5, 2} { // 2, 5, 10
		if (high-low)/step > 6 {
			step *= times
		}
	}
	for i := math.Ceil(low/step - 1e-9); i*step <= high*(1+1e-9); i++ {
		ticks = append(ticks, tick(i*step))
	}
	return ticks
}

// logarithmic returns round numbers for a logarithmic axis: 1, 2, 5 of each
// decade, or evenly spaced ones where that would be too few.
func logarithmic(low, high float64) (ticks []plot.Tick) {
	if high/low < 4 {
		return linear(low, high)
	}
	steps := []float64{1, 2, 5}
	if high/low > 500 {
		steps = steps[:1]
	}
	for decade := math.Floor(math.Log10(low)); decade <= math.Log10(high); decade++ {
		for _, step := range steps {
			if v := step * math.Pow(10, decade); v >= low && v <= high {
				ticks = append(ticks, tick(v))
			}
		}
	}
	if len(ticks) < 2 { // 4 times fits between 2 and 10, with 5 alone
		return linear(low, high)
	}
	return ticks
}

func tick(v float64) plot.Tick {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	// What rounds to -0 is 0 when 0 is added.
	return plot.Tick{Value: v, Label: strconv.FormatFloat(v+0, 'f', -1, 64)}
}
