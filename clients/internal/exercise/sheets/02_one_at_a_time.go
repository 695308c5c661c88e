package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

func init() {
	const second = "second" // the experiment: one stays, another comes
	alone := claims.At{Experiment: "latency", Connections: 1}
	add(2, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"latency", second},
			Models:      []string{"iterative", "thread", "threadpool", "epoll"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "to connect, to be accepted and to be answered are three things, done by the kernel, by accept(2) and by a server's turn for you; " +
			"one client at a time costs nothing while there is one client, and everything when the first one keeps silent",
		Questions: []exercise.Question{
			{
				ID: "connects",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Count("iterative", second, "second_connected"), claims.Above(1)).
						Because("The kernel shakes hands for a listening socket by itself; who is connected and not accepted yet stands in the backlog", backlog)
				},
				Hints: [3]string{
					"Which program, or which part of the system, answers a SYN?",
					"Look at what listen(2) is given beside the socket: a number. What stands in that queue?",
					"The kernel completes the handshake without the server's help. Only a full backlog stops it.",
				},
			},
			{
				ID: "answered",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Count("iterative", second, "second_answered_beside"), claims.Above(1)).
						Because("Only one thread could read the second one's request, and it is in a conversation that has not ended", converse)
				},
				Hints: [3]string{
					"Who would have to call read(2) on the second client's socket? What does it do at that moment?",
					"In the file there is one loop: accept, talk. When does talk return?",
					"Not before the first client has left: its request lies in the kernel's buffer until then.",
				},
			},
			{
				ID: "waits-in",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.WaitsIn("iterative", alone).
						Because("The place where the thread stands is the state of the conversation: it reads from the one client that it has", "the report's column “waits in”, and "+converse)
				},
				Hints: [3]string{
					"A thread that waits is inside one system call. Which one does the conversation consist of?",
					"The client is connected and accepted; the server has nothing to send.",
					"It waits for bytes from that client and from nobody else.",
				},
			},
			{
				ID:    "how-long",
				Truth: howLong,
				Hints: [3]string{
					"The server does nothing slowly here. What is the time made of?",
					"Once the first client leaves, how long do close, accept, read and write take, compared with 400 ms?",
					"It is the time that the first one stays, and next to nothing more.",
				},
			},
			{
				ID:    "who-answers",
				Truth: whoAnswers,
				Hints: [3]string{
					"For each of them: is there anybody left who can read the second client's request?",
					"thread has a thread for each; threadpool has some to spare; epoll's one thread never waits for one client alone.",
					"Being single-threaded is not what makes a server serve one at a time.",
				},
			},
			{
				ID:    "beyond-the-pool",
				Truth: beyondThePool,
				Hints: [3]string{
					"A pool's thread belongs to its client until that one leaves.",
					"Somebody accepts in any case: the kernel's backlog, and the pool's queue, take the next one in.",
					"It is what iterative does, with K in place of 1.",
				},
			},
			{
				ID: "alone",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("iterative", alone, claims.Ratio),
						exercise.Band{From: 0, Choice: "shorter"}, exercise.Band{From: 0.67, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "longer"}).
						Because("With one client that waits for each reply, every model does the same: it is woken up, reads, writes. That wake-up is nearly all of the time", "the report's column “at 1”, and docs/models/iterative.md")
				},
				Hints: [3]string{
					"With one client, what does the one do that the other doesn't?",
					"Per request: iterative calls read and write; epoll calls epoll_wait, read and write. What is a call beside a wake-up?",
					"A system call takes well under a microsecond, the whole exchange tens of them.",
				},
			},
		},
	})
}

const (
	backlog  = "the second experiment of the report (lab report DIR), and services/iterative/main.go, region accept"
	converse = "services/iterative/main.go, region converse"
)

// howLong is the time from the second one's connect to its reply, when the first stays for 400 ms.
func howLong(r exercise.Run) exercise.Truth {
	return exercise.Number(r.Once("iterative", "second", "second_reply_ms")).
		Because("It waits as long as the first one stays; the server's own part of it is under a millisecond", backlog)
}

// whoAnswers says which of three answer the second client while the first stays.
func whoAnswers(r exercise.Run) exercise.Truth {
	answers := map[string]bool{}
	for _, model := range []string{"thread", "threadpool", "epoll"} {
		t := exercise.Yes(r.Count(model, "second", "second_answered_beside"), claims.Above(1))
		if t.Undecided != "" {
			return t
		}
		answers[model] = t.Choice == "yes"
	}
	t := exercise.Truth{Choice: "others"}
	switch threads := answers["thread"] && answers["threadpool"]; {
	case threads && answers["epoll"]:
		t.Choice = "all"
	case threads:
		t.Choice = "threads"
	case !answers["thread"] && !answers["threadpool"] && !answers["epoll"]:
		t.Choice = "none"
	}
	return t.Because("A thread of its own, a free thread of the pool, or one thread that waits for everybody at once: each way somebody reads the second request",
		"services/thread/main.go, region accept, and services/epoll/main.go, region wait")
}

// beyondThePool is what client K+1 of a pool of K meets.
func beyondThePool(r exercise.Run) exercise.Truth {
	connected := exercise.Yes(r.Count("threadpool", "second", "next_connected"), claims.Above(1))
	if connected.Undecided != "" {
		return connected
	}
	t := exercise.Either(r.Count("threadpool", "second", "next_answered_beside"), claims.Above(1), "answered", "waits")
	if connected.Choice == "no" {
		t = exercise.Truth{Choice: "refused"}
	}
	return t.Because("K threads are K iterative servers with one queue: whoever comes next is taken in and waits for one of the K to leave",
		"services/threadpool/main.go, region accept, and the claim n-accepts (lab claims DIR)")
}
