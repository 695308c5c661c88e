package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

func init() {
	const (
		overload = "overload"
		figures  = "overload's figures in the report (lab report DIR)"
	)
	add(14, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{overload},
			Models:      []string{"epoll", "hybrid", "threadpool"},
			Rounds:      9,
		},
		Learnt: "past capacity a queue grows as long as the overload lasts, wherever it is: in a backlog, a table, a scheduler; " +
			"whoever takes everybody in serves as many as before, ever later; whoever turns away at once serves as many, in time, and tells the others while it still helps them",
		Questions: []exercise.Question{
			{
				ID: "longest",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Own("epoll", overload, "max_ms"),
						exercise.Band{From: 0, Choice: "moment"}, exercise.Band{From: 50, Choice: "growing"}, exercise.Band{From: 5000, Choice: "for-ever"}).
						Because("What comes too much in 1.5 s, half of what can be done, is 0.75 s of work: who comes last waits for all of it. After twice the time it would be twice as long", figures+": max_ms")
				},
				Hints: [3]string{
					"How many more have come than were served when the last one comes?",
					"1.5 times what can be done, for 1.5 s: how many seconds of work are left at the end?",
					"Three quarters of a second of work is before the last one.",
				},
			},
			{
				ID: "goodput",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(overOwn(r, "epoll", "goodput_per_s", "epoll", "capacity_per_s"),
						exercise.Band{From: 0, Choice: "collapses"}, exercise.Band{From: 0.5, Choice: "holds"}, exercise.Band{From: 1.3, Choice: "gains"}).
						Because("The loop works all the time and throws no work away; taking the ones in whom it can't serve yet costs it some", figures+": goodput_per_s and capacity_per_s")
				},
				Hints: [3]string{
					"Is the server ever idle? Is any of its work in vain?",
					"It serves one after the other, to the end. What does it do for those who wait?",
					"A visit that waits has been accepted: a small part of a visit's cost, and of work that would have to be done anyway.",
				},
			},
			{
				ID: "admit-longest",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(overOwn(r, "hybrid", "admit_max_ms", "hybrid", "max_ms"),
						exercise.Band{From: 0, Choice: "tenths"}, exercise.Band{From: 0.35, Choice: "alike"}, exercise.Band{From: 1.3, Choice: "longer"}).
						Because("Who is let in has a hundred before him at most, of whom 5,000 are served a second: 20 ms, and as many again in the pool's hands, however long the overload lasts", figures+": admit_max_ms and max_ms; and the claim overload (lab claims DIR)")
				},
				Hints: [3]string{
					"How many are before the last who is let in?",
					"A hundred and a pool's 64, at 5,000 a second.",
					"Some tens of ms, against what question 1 is about.",
				},
			},
			{
				ID: "admit-refused",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Own("hybrid", overload, "admit_refused_percent")).
						Because("Of three who come two can be served: a third has to go, and somewhat more, since to take a client in and turn it away costs time as well", figures+": admit_refused_percent")
				},
				Hints: [3]string{
					"1.5 come where 1 can be served.",
					"What share of 1.5 is the half that is too much?",
					"A third, and a little more.",
				},
			},
			{
				ID: "admit-goodput",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(overOwn(r, "hybrid", "admit_goodput_per_s", "hybrid", "goodput_per_s"),
						exercise.Band{From: 0, Choice: "fewer"}, exercise.Band{From: 0.667, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "more"}).
						Because("The third that is turned away could not have been served meanwhile in either case; the pool is as busy as before", figures+": admit_goodput_per_s and goodput_per_s; and the claim overload (lab claims DIR)")
				},
				Hints: [3]string{
					"Who is served is another question than how many are.",
					"Is a thread of the pool ever without work, with -admit?",
					"A hundred in the queue are plenty to keep it busy.",
				},
			},
			{
				ID: "fair",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Own("hybrid", overload, "admit_jain_index"), claims.Above(0.9)).
						Because("Whoever comes when a place is free has it; nobody has it for being who he is. A rule that favours clients who are in already would show here", figures+": admit_jain_index")
				},
				Hints: [3]string{
					"By what is it decided who is let in?",
					"Does it depend on who comes, or on when?",
					"Each of the 32 comes as often as the next, at all kinds of moments.",
				},
			},
			{
				ID: "pool-refused",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(overOwn(r, "threadpool", "admit_refused_percent", "hybrid", "admit_refused_percent"),
						exercise.Band{From: 0, Choice: "less"}, exercise.Band{From: 0.6, Choice: "alike"}, exercise.Band{From: 1.6, Choice: "more"}).
						Because("A visit is one request, so clients and requests are as many; each server is asked 1.5 times of what it can do itself, and a third of that is too much, whatever is counted", figures+": admit_refused_percent")
				},
				Hints: [3]string{
					"How many requests does a visit have?",
					"Each is loaded by what it can do itself. Does it matter which of them can do more?",
					"It is the same sum as in question 4.",
				},
			},
		},
	})
}

// overOwn is a figure that overload names itself over another, of the same or of another model: the worst that either side allows.
func overOwn(r exercise.Run, model, name, other, otherName string) claims.Figure {
	f, g := r.Own(model, "overload", name), r.Own(other, "overload", otherName)
	switch {
	case f.Missing != "" || f.Unsupported != "":
		return f
	case g.Missing != "" || g.Unsupported != "":
		return g
	}
	f.Low, f.Median, f.High = f.Low/g.High, f.Median/g.Median, f.High/g.Low
	f.Coverage, f.Rounds = min(f.Coverage, g.Coverage), min(f.Rounds, g.Rounds)
	return f
}
