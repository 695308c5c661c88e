package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

func init() {
	const own = "the experiments' own figures in the report (lab report DIR)"
	full := claims.At{Experiment: "throughput", Connections: 64}
	atRate := claims.At{Experiment: "rate", Connections: 64}
	add(13, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"omission", "throughput", "rate", "closed"},
			Models:      []string{"epoll", "thread"},
			Rounds:      9,
		},
		Learnt: "who waits for the reply before asking again asks least when it matters most; count from when a request was due; " +
			"a closed loop's response time at full load is its rate in other words, and users who wait for each other's turn are not strangers",
		Questions: []exercise.Question{
			{
				ID: "open-p99",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(stopped(r, "open_p99_ms")).
						Because("Of all that are due in a second, those of the stop's first hundredth of a second wait longest: 1 in 100 of all. The next waits as long as the stop, less 10 ms", own+": omission, and the claim omission (lab claims DIR)")
				},
				Hints: [3]string{
					"Which requests of the 8,000 wait for longer than 299 ms? For longer than 250?",
					"One that was due x ms after the stop began waits for 300 - x. 1 in 100 of 8,000 are 80: when were these due?",
					"Within the first 10 ms of the stop.",
				},
			},
			{
				ID: "closed-p99",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(overStopped(r, "closed_p99_ms", "quiet_closed_p99_ms"),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 3, Choice: "several"}, exercise.Band{From: 50, Choice: "hundreds"}).
						Because("Each of the 16 has one request under way when the stop comes, and asks no other: 16 late replies of many thousands are far beyond the 99th percentile", own+": omission, and the claim omission (lab claims DIR)")
				},
				Hints: [3]string{
					"How many requests does each client send while the server stands still?",
					"16 requests meet the stop. Of how many in the second?",
					"For the 99th percentile to move, 1 in 100 must be late.",
				},
			},
			{
				ID: "closed-longest",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(stopped(r, "closed_max_ms")).
						Because("The stop is in the books: as 16 replies, and no percentile that anybody quotes reaches them", own+": omission")
				},
				Hints: [3]string{
					"Is the stop hidden altogether?",
					"Each client was asking when it began: how long did its reply take?",
					"As long as the stop.",
				},
			},
			{
				ID: "law",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(ofCells(r, "epoll", full, func(s result.Side) float64 { return s.Latency.Mean * s.Rate / 1e6 })).
						Because("Rate times time spent is how many are inside, on average (Little's law); in a closed loop without thinking all 64 always are", "the manifest's gates, one of which is this law: docs/measurement.md")
				},
				Hints: [3]string{
					"At any moment, how many requests are under way?",
					"Each client has exactly one, always.",
					"What is inside is what comes in a second times how long each stays.",
				},
			},
			{
				ID: "thread-at-full-load",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("thread", full, claims.Ratio), // of rates: the mean times are the other way round
						exercise.Band{From: 0, Choice: "longer"}, exercise.Band{From: 1 / 1.15, Choice: "alike"}, exercise.Band{From: 1 / 0.87, Choice: "shorter"}).
						Because("Both have 64 requests inside, so the mean time is 64 over the rate: whoever costs more CPU has the lower rate, and, with nothing measured anew, the longer time", "the report's column “at 64”, a ratio of rates")
				},
				Hints: [3]string{
					"Use the law of the question before: 64 are inside, at either server.",
					"Which of the two has the lower rate?",
					"Half the rate is twice the time.",
				},
			},
			{
				ID: "full-load-over-rate",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(medians(r, "epoll", full, atRate),
						exercise.Band{From: 0, Choice: "less"}, exercise.Band{From: 0.7, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "more"}).
						Because("At full load a request waits for the 63 others' turns; at a rate that leaves the server idle most of the time it hardly ever meets another. The first number is of the load generator's making", "the report's tables of throughput and of rate")
				},
				Hints: [3]string{
					"In the closed loop, how many requests are before yours in the queue?",
					"At 10,000 a second one comes every 100 us. How long does the server take for one?",
					"64 turns of 6 to 10 us, against one turn and a wake-up.",
				},
			},
			{
				ID: "strangers",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Own("epoll", "closed", "closed_over_open_p99_ratio"),
						exercise.Band{From: 0, Choice: "shorter"}, exercise.Band{From: 0.85, Choice: "alike"}, exercise.Band{From: 1.15, Choice: "longer"}).
						Because("Never more than 16 of the users are in the queue, and the longer it is the fewer are left who could join it; strangers join it whatever its length", own+": closed, and the claim closed-lies (lab claims DIR)")
				},
				Hints: [3]string{
					"How long can the queue be, at most, in each of the two?",
					"When 12 of 16 users wait, at which rate do further requests come?",
					"The users hold themselves back just when it is full.",
				},
			},
		},
	})
}

// stopped is what a stop of the server showed: of epoll, or of thread where a gate withheld that. Neither has a part in it.
func stopped(r exercise.Run, name string) claims.Figure {
	f := r.Once("epoll", "omission", name)
	if f.Missing == "" && f.Unsupported == "" {
		return f
	}
	if g := r.Once("thread", "omission", name); g.Missing == "" && g.Unsupported == "" {
		return g
	}
	return f
}

// overStopped is one such figure over another.
func overStopped(r exercise.Run, over, under string) claims.Figure {
	f, g := stopped(r, over), stopped(r, under)
	switch {
	case f.Missing != "" || f.Unsupported != "":
		return f
	case g.Missing != "" || g.Unsupported != "":
		return g
	}
	f.Low, f.Median, f.High = f.Low/g.High, f.Median/g.Median, f.High/g.Low
	return f
}

// ofCells is a figure of a model's side in each record of a cell.
func ofCells(r exercise.Run, model string, at claims.At, of func(result.Side) float64) claims.Figure {
	list, missing := r.Cells(model, at)
	if len(list) == 0 {
		return missing
	}
	var x []float64
	for _, rec := range list {
		x = append(x, of(rec.Contender))
	}
	return claims.Figure{Estimate: stats.Over(x)}
}

// medians is a model's median response time in one cell over that in another: the worst that either side allows.
func medians(r exercise.Run, model string, over, under claims.At) claims.Figure {
	p50 := func(s result.Side) float64 { return s.Latency.P50 }
	f, g := ofCells(r, model, over, p50), ofCells(r, model, under, p50)
	switch {
	case f.Missing != "" || f.Unsupported != "":
		return f
	case g.Missing != "" || g.Unsupported != "":
		return g
	case !(g.Low > 0):
		return claims.Figure{Missing: under.Experiment + " of " + model + ": a median was withheld"}
	}
	f.Low, f.Median, f.High = f.Low/g.High, f.Median/g.Median, f.High/g.Low
	f.Coverage, f.Rounds = min(f.Coverage, g.Coverage), min(f.Rounds, g.Rounds)
	return f
}
