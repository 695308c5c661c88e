package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
)

// medianMS is a cell's median response time, in ms: absolute, of this machine.
func medianMS(r result.Record) float64 { return r.Contender.Latency.P50 / 1e3 }

func init() {
	const (
		waits  = "the report's table “Handlers that wait” (lab report DIR)"
		pools  = "the report's table “Pools, step by step” (lab report DIR), and services/hybrid/pool.go"
		beside = "the report's tables “Work beside echo” (lab report DIR)"
		rate   = "replies_per_s"
	)
	quick := claims.At{Experiment: "busy", Connections: 48}
	add(9, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"wait", "pools", "busy"},
			Models:      []string{"epoll", "thread", "hybrid"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "what decides is how many handlers can wait at the same time: one in a loop that runs them itself, K in a pool of K, as many as there are clients with a thread for each; " +
			"and a pool for requests lets one loop keep its many clients, at the price of two switches for each request",
		Questions: []exercise.Question{
			{
				ID: "loop",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Few("epoll", "wait", rate)).
						Because("The loop runs the handler itself, and sleeps in it: one wait after the other, 10 ms each, whoever else is ready", waits+", and services/epoll/main.go, region converse")
				},
				Hints: [3]string{
					"How many handlers can wait at the same time, if the one thread runs them?",
					"One. How many waits of 10 ms, one after the other, are in a second?",
					"1 s / 10 ms, however many clients there are.",
				},
			},
			{
				ID: "threads",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Few("thread", "wait", rate)).
						Because("A hundred threads sleep at the same time, and to sleep costs no CPU; somewhat less than that comes out, as each reply has to be read, made and sent as well", waits+", and services/thread/main.go, region accept")
				},
				Hints: [3]string{
					"How many handlers can wait at the same time here?",
					"All hundred: each brings a reply every 10 ms.",
					"100 / 10 ms, less what the bytes take on one CPU.",
				},
			},
			{
				ID: "pool-of-8",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Few("hybrid", "pools", rate+"@8")).
						Because("K threads that wait for 10 ms each are K / 10 ms replies a second, on any machine: nothing of it is the CPU's speed", pools)
				},
				Hints: [3]string{
					"How many of the 100 requests are in a handler at any moment? Where are the others?",
					"8 are, the others are in the queue.",
					"8 / 10 ms.",
				},
			},
			{
				ID: "pool-of-128",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Few("hybrid", "pools", rate+"@128"),
						exercise.Band{From: 0, Choice: "as-before"}, exercise.Band{From: 1600, Choice: "clients"}, exercise.Band{From: 10_500, Choice: "threads"}).
						Because("There are 100 clients, and each has one request at a time: 28 threads never get one. The lesser of clients and threads counts", pools)
				},
				Hints: [3]string{
					"How many requests are there at most at a time, if each client waits for its reply?",
					"100: so how many of 128 threads have work?",
					"100 / 10 ms at most; somewhat less, for each reply takes the one CPU for a moment.",
				},
			},
			{
				ID: "waits-in",
				Truth: func(r exercise.Run) exercise.Truth {
					return hyphened(r.WaitsIn("hybrid", quick)).
						Because("One thread, the loop, waits for all clients; the 64 of the pool wait for the next request in the queue, and that is a lock's business", "services/hybrid/pool.go, and services/hybrid/main.go, region setup")
				},
				Hints: [3]string{
					"How many of its threads wait for clients, and for what do the others wait?",
					"The loop is one thread. The pool has 64, and a queue in the process's own memory.",
					"A thread that waits for something of its own process, and not of the kernel's, does it in futex(2).",
				},
			},
			{
				ID: "quick-at-the-loop",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Under(experiment.BusyWait).Against("epoll", quick, medianMS)).
						Because("The loop is nearly always in one of the two handlers. An echo waits for the one that is being run, and often for the other, which was ready before it", beside+": beside 2 clients of wait 2, and services/epoll/main.go, region wait")
				},
				Hints: [3]string{
					"At any moment, what is the loop likely to be doing?",
					"It sleeps in a handler, 2 ms of it; when it is out, the other one's request is there as well.",
					"One to two handlers: some 2 to 4 ms, where an echo alone takes a twentieth of one.",
				},
			},
			{
				ID: "quick-at-the-hybrid",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Under(experiment.BusyWait).Against("hybrid", quick, claims.Ratio),
						exercise.Band{From: 0, Choice: "fraction"}, exercise.Band{From: 0.2, Choice: "part"}, exercise.Band{From: 0.67, Choice: "alike"}).
						Because("Two threads of the pool sleep in the kernel and take no CPU; the loop and 62 others are free for the quick ones", beside+": beside 2 clients of wait 2, and services/hybrid/main.go, region converse")
				},
				Hints: [3]string{
					"Who sleeps in the two handlers now, and what does the loop do meanwhile?",
					"Two of 64 threads sleep. Is there anything that an echo would have to wait for?",
					"Nothing: its time is about what it is without the two, tens of us instead of ms.",
				},
			},
			{
				ID: "short-handlers",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Under(experiment.BusyAlone).Against("hybrid", quick, claims.CPU),
						exercise.Band{From: 0, Choice: "no-more"}, exercise.Band{From: 1.05, Choice: "more"}, exercise.Band{From: 2.5, Choice: "several"}).
						Because("The conversation goes to a thread of the pool and back to the loop: two wake-ups more, some of which serve several requests", beside+": alone, and services/hybrid/pool.go")
				},
				Hints: [3]string{
					"Which threads does one echo pass through?",
					"Loop, pool, loop. What must be woken for that, beside the loop itself?",
					"A thread of the pool, then the loop again; but most of an echo, its receive and send, is as before.",
				},
			},
		},
	})
}
