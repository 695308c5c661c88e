package museum

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/stats"
)

var singleTwin = Exhibit{
	Name:  "single-twin",
	Title: "a single twin, compared by eye",
	Mistake: "A table has many contenders and one twin of the reference. Whoever is further from the reference than the twin is, " +
		"with an interval that leaves 1 out, is said to differ. Of so many somebody nearly always is.",
	Chance:  true,
	measure: measureTwin,
}

const (
	twinsEach = 2   // of a round, as in a run of the lab
	tables    = 300 // that are drawn
)

// measureTwin makes one table for real, each cell with a process of its own.
func measureTwin(ctx context.Context, r *room) (Finding, error) {
	e, err := r.engine(engine.Options{CPU: r.Client})
	if err != nil {
		return Finding{}, err
	}
	_, reference, err := r.joined(ctx, e, manyConns, how{})
	if err != nil {
		return Finding{}, err
	}
	plan := oneRound(r.Time)
	plan.Connections = manyConns
	var real ranking
	err = real.fill(func() (v float64, err error) {
		err = r.briefly(func(inner *room) error {
			_, contender, err := inner.joined(ctx, e, manyConns, how{})
			if err == nil {
				v, err = ratio(ctx, contender, reference, plan)
			}
			return err
		})
		return v, err
	})
	if err != nil {
		return Finding{}, err
	}
	return tellTwin(real, r.Seed), nil
}

// anyDifferent are the percentages of tables, drawn from these ratios of equals, in which either way finds a difference.
// Which of two equals is the contender is a coin's toss.
func anyDifferent(ratios []float64, seed uint64) (eye, floor float64) {
	random := rand.New(rand.NewPCG(seed, 0x7461626c65)) // "table"
	for range tables {
		var t ranking
		_ = t.fill(func() (float64, error) { // never fails
			v := ratios[random.IntN(len(ratios))]
			if random.IntN(2) == 0 {
				v = 1 / v
			}
			return v, nil
		})
		if t.byEye() > 0 {
			eye++
		}
		if n, _ := t.byFloor(random.Uint64()); n > 0 {
			floor++
		}
	}
	return 100 * eye / tables, 100 * floor / tables
}

func tellTwin(real ranking, seed uint64) Finding {
	eye, lab := anyDifferent(real.ratios(), seed)
	found, floor := real.byFloor(seed)
	unit := fmt.Sprintf("of %d", contenders)
	f := Finding{
		Wrong: Figure{fmt.Sprintf("of %d tables with %d equal contenders, a single twin and the eye find a difference somewhere", tables, contenders), "%", []float64{eye}},
		Right: Figure{"a noise floor for all contenders at once, of two twins a round, finds one", "%", []float64{lab}},
		Also: []Figure{
			{"contenders that differ by eye, in the one table that was measured as it is", unit, []float64{float64(real.byEye())}},
			{"that differ by the floor there", unit, []float64{float64(found)}},
			{"how far from 1 its twin is, which the eye goes by", "%", []float64{100 * math.Abs(stats.Median(real.twins[0])-1)}},
			{"its noise floor", "%", []float64{100 * floor}},
		},
	}
	return f.explain(1, 1.2, fmt.Sprintf("All are the same program, so every difference is a false one. An interval from the lowest to the highest of %d rounds leaves 1 out by chance in 3 of 100 cases; of %d contenders at least one does in half of all tables, "+
		"and a single twin is as likely as not too near to 1 to put it right. The floor asks how far the furthest of %d equals would be. (Tables are drawn from the %d ratios of the one that was measured, each of a process of its own.)",
		stats.MinRounds, contenders, contenders, len(real.ratios())))
}
