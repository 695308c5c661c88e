package museum

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"c10klab/clients/internal/engine"
)

var bestOf = Exhibit{
	Name:    "best-of-n",
	Title:   "the best of N runs",
	Mistake: "A benchmark is run several times, and the best result is given. It grows with the number of runs, so whoever runs more often is faster.",
	Chance:  true,
	measure: measureBest,
}

const (
	runs  = 30   // short windows of one server
	draws = 2000 // repetitions drawn from them
	fewer = 3    // runs of the one who measures less
	more  = 10   // and of the one who measures more
)

func measureBest(ctx context.Context, r *room) (Finding, error) {
	s, err := r.serve(how{})
	if err != nil {
		return Finding{}, err
	}
	c, err := r.dial(ctx, engine.Options{}, s.addr, manyConns)
	if err != nil {
		return Finding{}, err
	}
	rates := make([]float64, runs)
	for i := range rates {
		m, err := c.load(ctx, r.Time/10)
		if err != nil {
			return Finding{}, err
		}
		rates[i] = m.Rate()
	}
	return tellBest(rates, r.Seed), nil
}

// winsByMore is the percentage of draws in which the best of more runs exceeds
// the best of fewer by over 1 %, all of one and the same server.
func winsByMore(rates []float64, seed uint64) float64 {
	random := rand.New(rand.NewPCG(seed, 0x62657374)) // "best"
	best := func(n int) float64 {
		drawn := make([]float64, n)
		for i := range drawn {
			drawn[i] = rates[random.IntN(len(rates))]
		}
		return slices.Max(drawn)
	}
	wins := 0
	for range draws {
		if best(more) > 1.01*best(fewer) {
			wins++
		}
	}
	return 100 * float64(wins) / draws
}

func tellBest(rates []float64, seed uint64) Finding {
	wins := winsByMore(rates, seed)
	best := slices.Max(rates)
	near := 0
	for _, r := range rates {
		if r >= 0.99*best {
			near++
		}
	}
	middle := Figure{What: "their median", Unit: "replies/s", Values: rates}
	f := Finding{
		Wrong: Figure{fmt.Sprintf("the best of %d runs", len(rates)), "replies/s", []float64{best}},
		Right: Figure{middle.What + ", of runs that lie between " + number(middle.low()) + " and " + number(middle.high()), "replies/s", []float64{middle.median()}},
		Also:  []Figure{{fmt.Sprintf("of draws in which the best of %d runs beats the best of %d by over 1 %%, of one and the same server", more, fewer), "%", []float64{wins}}},
	}
	return f.explain(1, 1.01, fmt.Sprintf("It is one server, measured %d times. %d of these runs came within 1 %% of the best one: it tells how lucky the luckiest run was, %s %% above what half of them reached. "+
		"Where runs vary so, running more often wins.", len(rates), near, number(100*(best/middle.median()-1))))
}
