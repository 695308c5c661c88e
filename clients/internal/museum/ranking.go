package museum

import (
	"math"

	"c10klab/clients/internal/stats"
)

// ranking is a table of contenders that are all equal to the reference: ratios by rounds.
type ranking struct {
	contenders [contenders][]float64
	twins      [twinsEach][]float64
}

// fill takes a ratio for every cell, round by round.
func (t *ranking) fill(next func() (float64, error)) error {
	for range stats.MinRounds {
		for i := range t.contenders {
			v, err := next()
			if err != nil {
				return err
			}
			t.contenders[i] = append(t.contenders[i], v)
		}
		for i := range t.twins {
			v, err := next()
			if err != nil {
				return err
			}
			t.twins[i] = append(t.twins[i], v)
		}
	}
	return nil
}

// byEye counts the contenders whose interval leaves 1 out and that are further off than the first twin.
func (t *ranking) byEye() int {
	return t.different(math.Abs(stats.Median(t.twins[0]) - 1))
}

// byFloor counts those that differ by what the lab goes by: a noise floor of all twins' ratios, for all contenders at once.
func (t *ranking) byFloor(seed uint64) (different int, floor float64) {
	var all []float64
	for _, twin := range t.twins {
		all = append(all, twin...)
	}
	floor, _ = stats.Floor(all, stats.MinRounds, contenders, seed)
	return t.different(floor), floor
}

func (t *ranking) different(floor float64) (n int) {
	for _, rounds := range t.contenders {
		if v := stats.Judge(stats.Over(rounds), floor); v == stats.Less || v == stats.More {
			n++
		}
	}
	return n
}

func (t *ranking) ratios() (all []float64) {
	for _, rounds := range append(t.contenders[:], t.twins[:]...) {
		all = append(all, rounds...)
	}
	return all
}
