package sheets

import (
	"strings"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/result"
)

// jain is how evenly a cell's clients were served: 1 is all alike, 1/n is one for all.
func jain(r result.Record) float64 { return r.Contender.Fairness }

// hyphened writes a call's name as a sheet's word, in which no underscore can stand: epoll-wait.
func hyphened(t exercise.Truth) exercise.Truth {
	t.Choice = strings.ReplaceAll(t.Choice, "_", "-")
	return t
}

func init() {
	const (
		report = "the report's first table (lab report DIR), columns “rate at 64” and “us CPU”"
		herd   = "the report's table “One asks, the others are idle” (lab report DIR)"
		until  = "services/internal/drive/verbs.go, where c.edge is asked for, and services/epolledge/main.go, region converse"
	)
	alone := claims.At{Experiment: "latency", Connections: 1}
	at64 := claims.At{Experiment: "throughput", Connections: 64}
	add(7, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"latency", "throughput", "herd"},
			Models:      []string{"epoll", "epolledge", "poll"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "edge-triggered, the kernel tells a change once, so whoever takes less than all has lost the rest; the saving was made before, " +
			"when the set moved into the kernel, and what the edge adds to that is hardly to be measured",
		Questions: []exercise.Question{
			{
				ID: "busy",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("epolledge", at64, claims.CPU),
						exercise.Band{From: 0, Choice: "less"}, exercise.Band{From: 0.8, Choice: "alike"}, exercise.Band{From: 1.25, Choice: "more"}).
						Because("What the edge could save is epoll_ctl, and a client that asks, waits and reads never makes a level-triggered loop call it either: the interest stays “readable” all the time", report+", and the claim edge-helps-little (lab claims DIR)")
				},
				Hints: [3]string{
					"Which system call does the edge save? Who would have made it, and when?",
					"Level-triggered, epoll_ctl is called where the interest changes. When does the interest of a client that reads its replies change?",
					"Never: both make one receive and one send for a request, and the edge one receive more.",
				},
			},
			{
				ID: "one-receive-more",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("epolledge", alone, claims.CPU),
						exercise.Band{From: 0, Choice: "little"}, exercise.Band{From: 1.15, Choice: "some"}, exercise.Band{From: 1.5, Choice: "much"}).
						Because("A receive that finds nothing looks at one socket and comes back: a tenth of a microsecond or two. To wake a thread up and to move bytes through the network's layers takes a hundred times that", until)
				},
				Hints: [3]string{
					"What does the kernel do in a receive that finds nothing, and what in one that finds bytes? What comes before either?",
					"A system call alone is about a tenth of a microsecond. A request with its wake-up is tens of them.",
					"One call of several, and the cheapest: a few percent at most.",
				},
			},
			{
				ID: "order",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.OrderOf(beside900, claims.CPU, "epolledge", "epoll", "poll").
						Because("Poll hands all of them over at each turn. The other two have the same set and the same list of those who are ready in the kernel; edge and level differ in whether an entry goes back into that list once it was told", herd)
				},
				Hints: [3]string{
					"Which of the three tells the kernel about the 900 silent ones at each turn?",
					"Where are they while nothing comes from them: in the set, in the list of the ready, or in both? Does that depend on edge or level?",
					"poll comes last. The other two differ by less than noise, so that either order is right.",
				},
			},
			{
				ID: "beside-many",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Growth("epolledge", "herd", claims.CPU),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "several"}, exercise.Band{From: 20, Choice: "hundreds"}).
						Because("Each was registered once, for both directions, and told once that it can be written to. Since then nothing has changed about it, and what doesn't change is not told", herd+", and services/epolledge/main.go, region register")
				},
				Hints: [3]string{
					"All sockets can be written to. How often is a loop told that, edge-triggered?",
					"A change is told once: when the socket was registered.",
					"After that they are as silent for the kernel as for the loop.",
				},
			},
			{
				ID: "waits-in",
				Truth: func(r exercise.Run) exercise.Truth {
					return hyphened(r.WaitsIn("epolledge", beside900)).
						Because("“Until EAGAIN” is not a wait: the sockets don't block, so the receive that finds nothing returns at once, and the loop goes back to its one wait for everybody", "services/epolledge/main.go, region wait")
				},
				Hints: [3]string{
					"The loop receives until EAGAIN. What does a receive do that would return EAGAIN, if the socket blocked?",
					"The sockets don't block. So where can the thread stand, when everybody has been received from?",
					"One call of the kernel waits for all of them at once, and the set is there.",
				},
			},
			{
				ID: "served-alike",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Against("epolledge", at64, jain), claims.Above(0.9)).
						Because("A client that waits for its reply has nothing more in the socket: EAGAIN comes with the second receive. Only one that sends without a pause could hold the loop, and for that there are 16 steps", "the gates' word on fairness, and services/internal/drive/conn.go, where fair is")
				},
				Hints: [3]string{
					"How many requests of one client can lie in its socket, if it waits for each reply?",
					"So after how many receives does EAGAIN come?",
					"One that brings a request and one that brings EAGAIN: then it is the next one's turn.",
				},
			},
		},
	})
}
