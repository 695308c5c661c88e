package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

// beside900 is one client that asks beside 900 that are silent.
var beside900 = claims.At{Experiment: "herd", Connections: 1, Idle: 900}

func init() {
	nobody := claims.At{Experiment: "herd", Connections: 1}
	herd := "the report's table “One asks, the others are idle” (lab report DIR)"
	add(6, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"herd"},
			Models:      []string{"select", "poll", "epoll"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "who tells the kernel at each turn whom it waits for pays for all of them at each turn; who tells it once pays for those who speak; " +
			"and with nobody idle there is nothing to save",
		Questions: []exercise.Question{
			{
				ID: "order",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.OrderOf(beside900, claims.CPU, "select", "poll", "epoll").
						Because("Select and poll hand all of them over at each turn, and the kernel asks each file; epoll's set stays in the kernel, and only who is ready comes back. Of the first two, select's entries are smaller and poll's need no search for the set bits: which is cheaper depends on the machine", herd)
				},
				Hints: [3]string{
					"What is copied into the kernel at each call, and what must the kernel look at before it may sleep?",
					"One of the three keeps its set in the kernel between two calls. Which?",
					"epoll comes first. The other two ask each of the 900 files at each turn: where they are tied here, either order is right.",
				},
			},
			{
				ID: "epoll-beside-many",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Growth("epoll", "herd", claims.CPU),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "several"}, exercise.Band{From: 20, Choice: "hundreds"}).
						Because("A silent client is never on the list of those who are ready, and epoll_wait looks at that list alone", herd+", and services/epoll/main.go, region wait")
				},
				Hints: [3]string{
					"When is a client on the list that epoll_wait returns?",
					"What would the kernel do with the silent ones? When were they told to it?",
					"Ten thousand silent clients are ten thousand entries in a tree that nobody walks through.",
				},
			},
			{
				ID: "select-per-idle",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.PerIdle("select", "herd", claims.Spent)).
						Because("For each descriptor in the set the kernel finds its file and asks it, twice where it sleeps in between; then the program looks at its bits again", herd+", column “ns CPU/idle”")
				},
				Hints: [3]string{
					"For each descriptor the kernel finds the file, takes a reference, asks it, lets go. Is that nearer to 1, 100 or 10,000 instructions?",
					"A turn has at least two passes: one before it sleeps and one after it was woken up.",
					"Some tens of ns for a pass, the loss of caches on top, several passes: a few hundred.",
				},
			},
			{
				ID: "poll-response",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Between("poll", "epoll", beside900, claims.Ratio),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.25, Choice: "several"}, exercise.Band{From: 50, Choice: "hundreds"}).
						Because("The passes over all 901 stand between the request and the reply: the one who asks pays for those who don't", herd)
				},
				Hints: [3]string{
					"How long does an exchange take without a herd, and what comes on top of it?",
					"900 times what each idle one adds, beside some 30 to 60 us.",
					"900 times a few hundred ns is a few hundred us.",
				},
			},
			{
				ID: "waits-in",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.WaitsIn("poll", beside900).
						Because("One thread waits for all 901 in one call; a read is made only where it can't block", "services/poll/main.go, region wait")
				},
				Hints: [3]string{
					"How many threads are there, and for how many clients does each have to wait?",
					"A thread in read(2) hears of one client.",
					"The model is named for the call.",
				},
			},
			{
				ID: "select-stops",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Stops("select")).
						Because("FD_SETSIZE is 1,024 bits, and the process' own descriptors (listeners, log, the stop) have some of them", herd+", and services/select/main.go, region accept")
				},
				Hints: [3]string{
					"A set of descriptors is an array of fixed size. Which one?",
					"The constant is FD_SETSIZE. It was compiled in long before the process' limit is set.",
					"A power of two, less a handful for what isn't a client.",
				},
			},
			{
				ID: "none-idle",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Against("select", nobody, claims.CPU), claims.AtLeast(2)).
						Because("Nearly all of a request is the wake-up, the read and the write, which all three have; a look at a handful of descriptors is little beside that", herd+", column 0, and the claim few-idle-tie (lab claims)")
				},
				Hints: [3]string{
					"What does a request cost that all three have in common?",
					"A wake-up, a read and a write are several us. What is a look at five descriptors?",
					"Some ns for each look: compare that with those several us.",
				},
			},
		},
	})
}
