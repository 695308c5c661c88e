package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

func init() {
	allAsk := claims.At{Experiment: "thousand", Connections: 1000}
	alone := claims.At{Experiment: "latency", Connections: 1}
	const atThousand = "the report's column “at 1,000” (lab report DIR)"
	add(15, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"latency", "thousand", "memory", "busy"},
			Models:      []string{"epoll", "proactor", "thread"},
			Rounds:      9,
		},
		Learnt: "an event of a readiness loop is a permission, and one of a completion loop a result; what is saved are calls, not the kernel's work behind them; " +
			"and one thread that computes stalls everybody, whoever moves the bytes",
		Questions: []exercise.Question{
			{
				ID: "waits-in",
				Truth: func(r exercise.Run) exercise.Truth {
					return hyphened(r.WaitsIn("proactor", alone)).
						Because("One call hands over what was prepared, and sleeps until something is complete: for all clients, as epoll_wait does", "the report's column “waits in”, and services/proactor/main.go, region wait")
				},
				Hints: [3]string{
					"It has asked for the receive already. In which call does it learn of the end of whatever it asked for?",
					"The queues are shared memory; but somebody must wake the thread up when one of them gets an entry.",
					"The call is named for the interface.",
				},
			},
			{
				ID: "alone",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("proactor", alone, claims.Ratio),
						exercise.Band{From: 0, Choice: "shorter"}, exercise.Band{From: 0.8, Choice: "alike"}, exercise.Band{From: 1.25, Choice: "longer"}).
						Because("With one client there is nothing to gather: each request is one wait and one wake-up, and that is most of the time", "the report's column “at 1”, and the claim uring-faster (lab claims)")
				},
				Hints: [3]string{
					"What is the time of one exchange made of, if the server sleeps before it?",
					"How many calls does proactor save where one request comes at a time? What is a call beside a wake-up?",
					"One or two calls of well under a microsecond each, of an exchange of tens.",
				},
			},
			{
				ID: "order",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.OrderOf(allAsk, claims.CPU, "epoll", "proactor", "thread").
						Because("A thread is switched to for each request; both loops take many from one call. Between these two it is the price of a call that decides, and that differs from machine to machine", atThousand)
				},
				Hints: [3]string{
					"Which of the three lets the kernel switch threads for each request?",
					"Two are loops, and differ in calls only. Which pair is nearer?",
					"thread comes last. Where the first two are tied here either order is right.",
				},
			},
			{
				ID: "saved",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("proactor", allAsk, claims.CPU),
						exercise.Band{From: 0, Choice: "much-less"}, exercise.Band{From: 0.7, Choice: "alike"}, exercise.Band{From: 1.4, Choice: "more"}).
						Because("Behind a call is the kernel's work on the packet, which is several times the call and is done either way; and what is sent is copied once more here, since the kernel owns it until it is gone", atThousand+", and docs/models/proactor.md")
				},
				Hints: [3]string{
					"What does a send cost the kernel once it is in the kernel? Is that saved as well?",
					"Two calls of 100 to 300 ns each, of a request that costs 5 to 10 us.",
					"Some per cent, up to a fifth where calls are dear.",
				},
			},
			{
				ID: "kernel-threads",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(threadsOf(r, "proactor", allAsk),
						exercise.Band{From: 0, Choice: "few"}, exercise.Band{From: 50, Choice: "hundreds"}, exercise.Band{From: 500, Choice: "each"}).
						Because("An operation on a socket that can't be done at once is put beside the socket, and done when the packet comes, by whoever handles that: only what has no way to wait so is given to a thread", "docs/models/proactor.md, and the records' threads (lab report -format csv DIR)")
				},
				Hints: [3]string{
					"A file on a disk and a socket differ: which of the two can tell the kernel when something is there?",
					"Who wakes epoll's waiters up? Could the same place do a receive that was asked for?",
					"No thread waits for a socket: there are the runtime's own and no more.",
				},
			},
			{
				ID: "silent",
				Truth: func(r exercise.Run) exercise.Truth {
					own := r.PerIdle("proactor", "memory", func(rec result.Record) float64 { return rec.Contender.Resident })
					return exercise.Bands(own,
						exercise.Band{From: 0, Choice: "record"}, exercise.Band{From: 1500, Choice: "buffer"}, exercise.Band{From: 10000, Choice: "stack"}).
						Because("The receive names no memory but a group of buffers, of which the kernel takes one when bytes are there: 64 of them serve thousands who are silent", "services/proactor/main.go, region submit, and services/proactor/buffers.go")
				},
				Hints: [3]string{
					"Must the memory of a receive be chosen when it is asked for, or when there is something to put into it?",
					"Look for the group in submitReceive, and for how many buffers are in it.",
					"It is a table's entry, as epoll has one, and a few numbers more.",
				},
			},
			{
				ID: "computing",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(quickMedian(r, "proactor", experiment.BusyWork),
						exercise.Band{From: 0, Choice: "much-shorter"}, exercise.Band{From: 0.4, Choice: "alike"}, exercise.Band{From: 2.5, Choice: "longer"}).
						Because("The bytes may come without the thread, but whoever has to make an answer of them is computing: one thread runs all handlers, in this loop as in that", "the report's table of busy (lab report DIR), and services/proactor/main.go, region complete")
				},
				Hints: [3]string{
					"Which part of an echo does the kernel do by itself, and which not?",
					"The request is received while the handler computes. Who hands the reply over, and when?",
					"There is one thread, and it is in the handler.",
				},
			},
		},
	})
}

// quickMedian is busy's quick clients' median response time under that load, over epoll's in the same trial.
func quickMedian(r exercise.Run, model, load string) claims.Figure {
	list, missing := r.Cells(model, claims.At{Experiment: "busy", Connections: 48})
	var x []float64
	for _, rec := range list {
		if own, other := rec.Contender.Latency.P50, rec.Reference.Latency.P50; rec.Load == load && own > 0 && other > 0 {
			x = append(x, own/other)
		}
	}
	switch {
	case len(x) > 0:
		return claims.Figure{Estimate: stats.Over(x)}
	case missing.Missing == "" && missing.Unsupported == "":
		missing.Missing = "busy of " + model + ": no median that may be shown"
	}
	return missing
}
