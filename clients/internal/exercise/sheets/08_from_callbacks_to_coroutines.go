package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

func init() {
	const (
		report = "the report's table “Why: what a request takes” (lab report DIR)"
		memory = "the report's first table (lab report DIR), column “KB/idle”: its own and the kernel's"
	)
	at64 := claims.At{Experiment: "throughput", Connections: 64}
	beside1000 := claims.At{Experiment: "memory", Connections: 1, Idle: 1000}
	kept := func(f claims.Figure) exercise.Truth {
		return exercise.Bands(f, exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "few"}, exercise.Band{From: 10, Choice: "tens"})
	}
	add(8, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"throughput", "memory", "wait"},
			Models:      []string{"events", "reactor", "generator", "goroutine"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "callbacks, generators and goroutines are one loop over readiness and three ways to remember where a conversation was: in fields, on a small stack that the program " +
			"switches, on one that the language switches; the stack costs memory for each client and hardly any time",
		Questions: []exercise.Question{
			{
				ID: "waits-in",
				Truth: func(r exercise.Run) exercise.Truth {
					return hyphened(r.WaitsIn("goroutine", beside1000)).
						Because("The read found nothing (EAGAIN), so the runtime parked the goroutine and went back to its own loop. What waits in Read is a goroutine; what waits in the kernel is one thread, for all of them", "the report's column “waits in”, and services/goroutine/main.go, region converse")
				},
				Hints: [3]string{
					"How many threads has that service, and how many conversations?",
					"The net package's sockets don't block. What does the runtime do with a goroutine whose read says EAGAIN?",
					"It parks it, and asks the kernel for all sockets at once, as an epoll loop does.",
				},
			},
			{
				ID: "own-stack",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("generator", at64, claims.CPU),
						exercise.Band{From: 0, Choice: "less"}, exercise.Band{From: 0.67, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "more"}).
						Because("To resume a coroutine and to come back is two switches of stacks within the program, some tens of ns each; the receive and the send of the same request are thousands", report+", and the experiment switch (lab run -experiments switch)")
				},
				Hints: [3]string{
					"Which system calls does generator make for a request that epoll doesn't make?",
					"None. What it does more is to switch stacks twice, without the kernel.",
					"A switch between coroutines takes tens of ns; a request several thousand.",
				},
			},
			{
				ID: "runtime",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Against("goroutine", at64, claims.CPU), claims.AtLeast(2)).
						Because("Parking, waking and choosing who is next are done in the program, by a scheduler that knows its goroutines; and while 64 ask, its poller hands out many of them at a time", report)
				},
				Hints: [3]string{
					"What does the runtime do for a request beside read and write?",
					"It parks a goroutine and puts another one on: a switch, and a look at a queue or two.",
					"That is well under a microsecond, beside several for the read and the write.",
				},
			},
			{
				ID: "order",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.OrderOf(beside1000, claims.CPU, "reactor", "goroutine", "events").
						Because("Reactor and the runtime's poller hear from epoll who is ready, and call or wake that one. Events hears it from poll, and asks all thousand all the same", "services/events/loop.go, region round, and services/reactor/reactor.go, region wait")
				},
				Hints: [3]string{
					"After the wait: whom does each of the three call?",
					"In services/events/loop.go look at region round. What does it know of poll's answer?",
					"events comes last, a thousand receives for one request. The other two are near each other.",
				},
			},
			{
				ID: "memory-of-callbacks",
				Truth: func(r exercise.Run) exercise.Truth {
					return kept(r.Memory("reactor", "epoll")).
						Because("A conversation of callbacks is an object with some fields, as in epoll's table: nothing stands still in the middle of a function, so there is no stack to be kept", memory+", and services/reactor/main.go, region converse")
				},
				Hints: [3]string{
					"Between two callbacks, where is what the conversation must remember?",
					"Count the fields of its conversation. How many stacks has it?",
					"Some tens of bytes, beside what the kernel keeps of a socket: nearly the same as epoll's entry.",
				},
			},
			{
				ID: "memory-of-generators",
				Truth: func(r exercise.Run) exercise.Truth {
					return kept(r.Memory("generator", "epoll")).
						Because("What waits in the middle of a function needs a stack: 2 KB and what belongs to it for each client, beside some 1.5 KB that the kernel takes for any socket", memory+", and services/generator/main.go, region resume")
				},
				Hints: [3]string{
					"What is kept of a function that has stopped in the middle?",
					"The smallest stack in Go is 2 KB. What does a client cost epoll, its own entry and the kernel's socket together?",
					"Between one and two KB for epoll; a small stack on top makes it some times that, and not tens of times.",
				},
			},
			{ID: "who-waits", Truth: whoWaits, Hints: [3]string{
				"For each of them: what does the loop do, when the handler says “in 10 ms”?",
				"One hangs a callback on a timer, one yields a timer, one sleeps as a goroutine. Does any of these hold the thread?",
				"In each the thread is free, and a hundred wait at the same time: near 10,000 a second.",
			}},
		},
	})
}

// whoWaits says which of three models of one loop have many handlers wait at a time.
func whoWaits(r exercise.Run) exercise.Truth {
	free := map[string]bool{}
	for _, model := range []string{"reactor", "generator", "goroutine"} {
		t := exercise.Yes(r.Few(model, "wait", "replies_per_s"), claims.Above(1000))
		if t.Undecided != "" {
			return t
		}
		free[model] = t.Choice == "yes"
	}
	t := exercise.Truth{Choice: "others"}
	switch stacks := free["generator"] && free["goroutine"]; {
	case stacks && free["reactor"]:
		t.Choice = "all"
	case stacks:
		t.Choice = "stacks"
	case free["goroutine"] && !free["generator"] && !free["reactor"]:
		t.Choice = "goroutine"
	case !free["goroutine"] && !free["generator"] && !free["reactor"]:
		t.Choice = "none"
	}
	return t.Because("Each hands the waiting back to its loop: a Deferred on a timer, a yielded timer, a parked goroutine. A stack is needed to write it straight on, not to wait",
		"the report's table “Handlers that wait”, services/reactor/main.go, region later, and services/generator/main.go, region converse")
}
