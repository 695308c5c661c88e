package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

// comeAndGo are eight clients at a time that connect, ask once and leave.
var comeAndGo = claims.At{Experiment: "churn"}

func init() {
	alone := claims.At{Experiment: "latency", Connections: 1}
	visits := "the report's table “Clients that come and go” (lab report DIR)"
	add(3, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"latency", "memory", "churn", "copies"},
			Models:      []string{"process", "prefork", "thread", "threadpool"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "a process is paid for when it is started and as long as it lives, hardly when it answers; a pool moves the start out of the client's way; " +
			"and what a process has for itself, memory and descriptors, threads have together",
		Questions: []exercise.Question{
			{
				ID: "order",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.OrderOf(comeAndGo, claims.CPU, "process", "prefork", "thread", "threadpool").
						Because("What is started for a visit is paid for by the visit: nothing, a thread, or a whole process. thread and prefork may be tied: the one starts a thread for each visit, the other has its visits served by 64 programs, each with a runtime of its own", visits)
				},
				Hints: [3]string{
					"For each of the four: what is started when a client comes, and what ends when it leaves?",
					"Two of them start nothing at all. Of the other two, which start takes a new address space and an exec?",
					"threadpool comes first and process last, by far. The two in between are near to each other.",
				},
			},
			{
				ID: "start",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Between("process", "thread", comeAndGo, claims.CPU),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "several"}, exercise.Band{From: 7, Choice: "tens"}).
						Because("A thread is a stack and an entry for the scheduler. A process is an address space, a table of descriptors and, here, a program that is loaded and whose runtime begins: milliseconds of CPU for a visit of some microseconds", visits+", and services/process/main.go, region start")
				},
				Hints: [3]string{
					"How much of a visit's CPU time goes into its one request, and how much into what is started for it?",
					"The child is the same program, executed anew: loading, page faults, the runtime's own threads.",
					"A start of a process takes one to two ms here. All of a visit to thread takes less than 0.1 ms.",
				},
			},
			{
				ID: "pool",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Between("prefork", "process", comeAndGo, claims.CPU),
						exercise.Band{From: 0, Choice: "little"}, exercise.Band{From: 0.2, Choice: "half"}, exercise.Band{From: 0.8, Choice: "all"}).
						Because("The children of prefork are processes like those of process; only they were started before anybody came, and none ends with its client", visits+", and services/prefork/main.go, regions start and accept")
				},
				Hints: [3]string{
					"Both serve each client in a process of its own. What does only one of them do while a client waits?",
					"Is a process dear because it exists, or because it begins?",
					"Without the start what is left is accept, read, write, close, and switches between processes.",
				},
			},
			{
				ID: "memory",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Memory("process", "thread"),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "several"}, exercise.Band{From: 6, Choice: "tens"}).
						Because("A thread adds a stack and what the kernel keeps for it, tens of KB. A process adds its own data, heap and page tables, and the runtime that it is; only the program's text is shared", "the report's columns of memory, and docs/models/process.md")
				},
				Hints: [3]string{
					"What does a second thread of a process need that the first one doesn't have already? And a second process?",
					"The text of the program is shared in either case. Data, heap, page tables and the runtime's own threads are not.",
					"Tens of KB for a thread, most of a MB for a process.",
				},
			},
			{
				ID: "alone",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Between("process", "thread", alone, claims.Ratio),
						exercise.Band{From: 0, Choice: "shorter"}, exercise.Band{From: 0.67, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "longer"}).
						Because("The child is there already: a request is a wake-up, a read and a write, whether who is woken has an address space of its own or not", "the report's column “at 1”")
				},
				Hints: [3]string{
					"When was the process started: for the connection, or for the request?",
					"The median is over hundreds of requests of one connection. Which of them pays for the start?",
					"What is left is the wake-up, which both have.",
				},
			},
			{
				ID: "parent-keeps",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Count("process", "copies", "ended_kept"), claims.Above(1)).
						Because("After the start there are two descriptors of one connection, in two tables. It ends with the last of them, and the parent still has one", "the claim parent-closes (lab claims DIR), and services/process/main.go, region accept")
				},
				Hints: [3]string{
					"How many descriptors of this connection are there, and in how many processes?",
					"When does the kernel send the end of a connection: at the first close, or at the last?",
					"At the last. The parent has never made it.",
				},
			},
			{
				ID: "thread-closes",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Count("thread", "copies", "served_closed"), claims.Above(1)).
						Because("Threads have one table of descriptors together: who closes the number closes it for all, and who serves finds no socket behind it", "the claim parent-closes (lab claims DIR), and services/thread/main.go, region accept")
				},
				Hints: [3]string{
					"How many descriptors of this connection are there now?",
					"Whose table of descriptors does a thread use?",
					"The process', which all its threads share. There is one descriptor, and it has just been closed.",
				},
			},
		},
	})
}
