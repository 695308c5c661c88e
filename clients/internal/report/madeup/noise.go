package madeup

import (
	"math/rand/v2"
	"slices"

	"c10klab/clients/internal/stats"
)

// Recorded are the ratios of the reference to its twin in a quick plan on a virtual machine with two CPUs and neighbours.
var Recorded = map[string][]float64{
	"rate":     {0.9741, 1.035, 0.9996, 0.9822, 1.1079, 0.9788, 1.0358, 1.0217, 0.9973, 0.992, 0.9313, 0.9717},
	"response": {0.9991, 1.0005, 1.0183, 1.0082, 1.0091, 1.0021, 0.9935, 0.9995, 0.9991, 1.0023, 0.9985, 1.0029},
	"CPU":      {1.0127, 1.0062, 1.0323, 0.9795, 1.0, 0.9906, 1.011, 0.9999, 1.002, 1.0131, 1.0339, 1.0144},
	"visits":   {0.9539, 0.8779, 1.0256, 1.0013, 0.9878, 1.0021},
}

// Noise draws from ratios that were recorded, and from between them. Its median is 1.
type Noise struct {
	sorted []float64
	Rand   *rand.Rand
}

// NoiseOf draws by a source of one's own.
func NoiseOf(ratios []float64, r *rand.Rand) Noise {
	n := Noise{slices.Sorted(slices.Values(ratios)), r}
	middle := stats.Median(n.sorted)
	for i := range n.sorted {
		n.sorted[i] /= middle
	}
	return n
}

// Draw returns so many ratios around a true one.
func (n Noise) Draw(count int, around float64) []float64 {
	x := make([]float64, count)
	for i := range x {
		at := n.Rand.Float64() * float64(len(n.sorted)-1)
		k := int(at)
		x[i] = around * (n.sorted[k] + (at-float64(k))*(n.sorted[k+1]-n.sorted[k]))
	}
	return x
}

// Floor is the noise floor of a run with so many contenders, and two twins a round.
func (n Noise) Floor(contenders int) float64 {
	f, _ := stats.Floor(n.Draw(2*stats.MinRounds, 1), stats.MinRounds, contenders, n.Rand.Uint64())
	return f
}
