package sheets

import (
	"cmp"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

func init() {
	one := claims.At{Experiment: "memory", Connections: 1}
	hundred := claims.At{Experiment: "memory", Connections: 1, Idle: 100}
	add(1, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"memory", "interval", "facts"},
			Models:      []string{"thread", "threadpool", "prefork", "select", "events"},
			Rounds:      3, // what is counted needs no interval
		},
		Learnt: "a model is a sequence of calls and a place to wait in: a blocking server waits in as many places as it has clients, a loop in one; " +
			"a loop asks about reading always and about writing only when it must, and who waits without a time-out costs nothing",
		Questions: []exercise.Question{
			{
				ID:    "thread-reads",
				Truth: func(r exercise.Run) exercise.Truth { return readers(r, "thread", hundred) },
				Hints: [3]string{
					"Who would notice if the client with the number 57 said something? In which call is that thread?",
					"A thread in read(2) hears of one client. Count the clients.",
					"One for each client, those that are silent as well. The thread that accepts is in another call.",
				},
			},
			{
				ID: "loop-waits",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.WaitsIn("select", hundred).
						Because("One call is about all 101 and the listener; to read from one of them before it has spoken would make the others wait", "the trace of select, and services/select/main.go, region wait")
				},
				Hints: [3]string{
					"One thread has to hear of each of the 101, and of whoever comes next.",
					"A read is about one descriptor. Which call takes a set of them?",
					"The model is named for it.",
				},
			},
			{
				ID: "pool-waits",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.WaitsIn("threadpool", one).
						Because("Its threads don't accept: they wait for the queue, as on a condition variable, and the thread that accepts wakes one of them", "the trace of threadpool, and services/threadpool/main.go, regions wait and accept")
				},
				Hints: [3]string{
					"From whom does a free thread of this pool get its client: from the kernel, or from another thread?",
					"There is a queue in the process' own memory. With which call does a thread sleep until something is put into it?",
					"A condition variable, or a channel, waits in futex(2).",
				},
			},
			{
				ID: "children-wait",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.WaitsIn("prefork", one).
						Because("All children have inherited the one listener, and each accepts for itself: the kernel wakes one of those that wait, and there is no queue of the server's own", "the trace of prefork, and services/prefork/main.go, region accept")
				},
				Hints: [3]string{
					"Processes have no memory in common. Where could a queue of connections stand?",
					"What has each child inherited? What can it do with that alone?",
					"Each child is iterative: accept, talk, close. A free one is in the first of these.",
				},
			},
			{
				ID: "asks-to-write",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Count("regular-file", "facts", "socket_select_write"), claims.Above(1)).
						Because("Ready to be written to means that there is room in the send buffer, and that is so nearly always. So a loop sends first, and asks about writing only while it owes something that found no room", "the facts of the report (lab report DIR), and services/select/main.go, region converse")
				},
				Hints: [3]string{
					"What must be the case for a write not to block?",
					"It needs room in the socket's send buffer. Who has filled it?",
					"Nobody has: it is empty, so there is room from the first moment on.",
				},
			},
			{
				ID: "comes-back",
				Truth: func(r exercise.Run) exercise.Truth {
					return comesBack(r, "select").
						Because("The call sleeps in the kernel until a descriptor is ready, and no time-out was asked for: nothing is asked at intervals, and an idle server costs nothing", "the claim select-interval (lab claims DIR), and services/select/main.go, region wait")
				},
				Hints: [3]string{
					"Which of the call's arguments would bring it back although nobody has said anything?",
					"A time-out is the program's own wish. Is there anything here that is due by the clock?",
					"Without a time-out the kernel lets it sleep until something comes. Nobody asks anybody at intervals.",
				},
			},
			{
				ID: "looks-around",
				Truth: func(r exercise.Run) exercise.Truth {
					return comesBack(r, "events").
						Because("Its poll has a time-out of some ms, and after each it calls everybody on its list, whatever poll has said: so its trace never comes to rest, and the round is told after “again and again”", "the trace of events, and services/events/loop.go, region wait")
				},
				Hints: [3]string{
					"The same argument as before: what does this program give for it?",
					"Look for the time-out in region wait, and for its default in the flag -poll.",
					"It is 10 ms, so there are a hundred rounds a second in which nothing happens.",
				},
			},
		},
	})
}

// readers is how many of a model's threads sat in read(2) in one cell, on which all rounds must agree.
func readers(r exercise.Run, model string, at claims.At) exercise.Truth {
	list, missing := r.Cells(model, at)
	t := exercise.Undecided("%s", cmp.Or(missing.Unsupported, missing.Missing))
	for _, rec := range list {
		if rec.Contender.Waits == nil {
			continue
		}
		n := float64(rec.Contender.Waits.Serving["read"] + rec.Contender.Waits.Serving["recvfrom"])
		if t.Undecided == "" && t.Mid != n {
			return exercise.Undecided("%g of its threads sat in read in one round and %g in another", t.Mid, n)
		}
		t = exercise.Truth{Lo: n, Mid: n, Hi: n}
	}
	return t.Because("Each conversation is a thread, and the state of a conversation is where its thread stands: 101 silent clients are 101 threads in read, each for its own",
		"the report's column “waits in”, and services/thread/main.go, regions accept and converse")
}

// comesBack is how often the server of one silent client wakes up.
func comesBack(r exercise.Run, model string) exercise.Truth {
	return exercise.Bands(r.Once(model, "interval", "idle_switches_per_s"),
		exercise.Band{From: 0, Choice: "never"}, exercise.Band{From: 3, Choice: "now-and-then"}, exercise.Band{From: 30, Choice: "steadily"})
}
