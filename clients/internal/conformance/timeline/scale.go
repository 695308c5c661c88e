package timeline

import (
	"math"
	"slices"
	"time"
)

// scale maps time to pixels. Most cases are a few milliseconds of talk and seconds of waiting in vain, so it is not linear: a
// gap between two instants is as wide as its logarithm, and every gap can be seen.
type scale struct {
	at []time.Duration // instants, in order; the first is 0
	x  []float64       // where they lie
}

// grain is the shortest gap that is drawn.
const grain = 100 * time.Microsecond

func scaleOf(rows []connection, end time.Duration) scale {
	instants := []time.Duration{0, max(end, grain)}
	for _, c := range rows {
		for _, e := range c.events {
			instants = append(instants, e.From, e.Until)
		}
	}
	slices.Sort(instants)
	s := scale{at: instants[:1:1]}
	for _, t := range instants {
		if t-s.at[len(s.at)-1] >= grain {
			s.at = append(s.at, t)
		}
	}
	s.x = make([]float64, len(s.at))
	for i := 1; i < len(s.at); i++ {
		s.x[i] = s.x[i-1] + 1 + math.Log2(float64(s.at[i]-s.at[i-1])/float64(grain))
	}
	whole := max(s.x[len(s.x)-1], 1)
	for i := range s.x {
		s.x[i] = left + s.x[i]/whole*(right-left)
	}
	return s
}

// place is where an instant lies.
func (s scale) place(t time.Duration) float64 {
	i, found := slices.BinarySearch(s.at, t)
	switch {
	case found:
		return s.x[i]
	case i == 0:
		return s.x[0]
	case i == len(s.at):
		return s.x[i-1]
	}
	part := float64(t-s.at[i-1]) / float64(s.at[i]-s.at[i-1])
	return s.x[i-1] + part*(s.x[i]-s.x[i-1])
}
