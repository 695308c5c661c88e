package museum

import (
	"slices"
)

const windows = 4 // of each way

// byTurns measures both ways in windows that alternate, so that whatever drifts meets both.
func byTurns(wrong, right func() (float64, error)) (w, r []float64, err error) {
	for i := range windows {
		ways := []func() (float64, error){wrong, right}
		into := []*[]float64{&w, &r}
		if i%2 == 1 {
			slices.Reverse(ways)
			slices.Reverse(into)
		}
		for j, way := range ways {
			v, err := way()
			if err != nil {
				return nil, nil, err
			}
			*into[j] = append(*into[j], v)
		}
	}
	return w, r, nil
}

// several measures one way in as many windows.
func several(way func() (float64, error)) (out []float64, err error) {
	for range windows {
		v, err := way()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
