package museum

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"c10klab/clients/internal/stats"
)

var threeRounds = Exhibit{
	Name:  "three-rounds",
	Title: "three rounds and a bootstrap",
	Mistake: "Two servers are compared in three rounds. The interval is a bootstrap of the three ratios, called one of 95 %, " +
		"and where 1 lies outside they are said to differ.",
	Chance:  true,
	measure: measureThree,
}

const (
	noise      = 24  // measured ratios of a server to its twin
	resamples  = 200 // of a bootstrap
	contenders = 21  // models that a table ranks
)

func measureThree(ctx context.Context, r *room) (Finding, error) {
	_, twins, err := r.facing(ctx, manyConns, how{}, how{})
	if err != nil {
		return Finding{}, err
	}
	plan := oneRound(r.Time)
	plan.Connections = manyConns
	ratios := make([]float64, noise)
	for i := range ratios {
		if ratios[i], err = ratio(ctx, twins[i%2], twins[1-i%2], plan); err != nil {
			return Finding{}, err
		}
	}
	return tellThree(ratios, r.Seed), nil
}

// falseAlarms are the percentages of draws from these ratios of equals in which
// either way declares a difference. Which twin is the contender is a coin's toss: they are equal.
func falseAlarms(ratios []float64, seed uint64) (three, six, floor float64) {
	random := rand.New(rand.NewPCG(seed, 0x7477696e73)) // "twins"
	draw := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			if out[i] = ratios[random.IntN(len(ratios))]; random.IntN(2) == 0 {
				out[i] = 1 / out[i]
			}
		}
		return out
	}
	floor, _ = stats.Floor(draw(4*len(ratios)), stats.MinRounds, 1, seed)
	for range draws {
		if low, high := bootstrap(draw(3), random); low > 1 || high < 1 {
			three++
		}
		switch stats.Judge(stats.Over(draw(stats.MinRounds)), floor) {
		case stats.Less, stats.More:
			six++
		}
	}
	return 100 * three / draws, 100 * six / draws, floor
}

// bootstrap is the usual percentile interval of the median, at 95 %.
func bootstrap(x []float64, random *rand.Rand) (low, high float64) {
	medians := make([]float64, resamples)
	again := make([]float64, len(x))
	for i := range medians {
		for j := range again {
			again[j] = x[random.IntN(len(x))]
		}
		medians[i] = stats.Median(again)
	}
	slices.Sort(medians)
	return medians[resamples/40], medians[resamples-1-resamples/40]
}

func tellThree(ratios []float64, seed uint64) Finding {
	three, six, floor := falseAlarms(ratios, seed)
	f := Finding{
		Wrong: Figure{fmt.Sprintf("of %d comparisons of a server with its equal, three rounds and a bootstrap find a difference", draws), "%", []float64{three}},
		Right: Figure{"six rounds, the interval from the lowest to the highest, and a noise floor find one", "%", []float64{six}},
		Also:  []Figure{{"the noise floor: what six rounds of equals stay below in 95 of 100 cases", "%", []float64{100 * floor}}},
	}
	return f.explain(1, 1.2, fmt.Sprintf("The rounds are drawn from %d measured ratios of two processes of the same server, so every difference that is found is a false one. Three rounds lie on one side of 1 by chance once in four, "+
		"and no resampling puts back what they lack. Of tables with %d equal contenders %.3g %% would call at least one different.", len(ratios), contenders, atLeastOne(three)))
}

// atLeastOne is the percentage of tables with a false difference, of that percentage of single ones.
func atLeastOne(percent float64) float64 {
	none := 1.0
	for range contenders {
		none *= 1 - percent/100
	}
	return 100 * (1 - none)
}
