package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

func init() {
	const (
		burst   = "burst"
		figures = "burst's figures in the report (lab report DIR)"
	)
	add(12, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{burst},
			Models:      []string{"iterative", "epoll", "thread"},
		},
		Learnt: "the kernel shakes hands for a server, with as many as the backlog has room for; whoever comes then is dropped without a word, and his kernel asks again after a second; " +
			"a longer backlog takes a burst in, and serves nobody sooner where the server is slow",
		Questions: []exercise.Question{
			{
				ID: "must-ask-again",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Own("iterative", burst, "retried@128")).
						Because("One has been accepted, and the queue takes the backlog and one more: Linux calls it full when there are more in it than that number. All others' requests are dropped", figures+": retried@128, and services/iterative/main.go, region accept")
				},
				Hints: [3]string{
					"Who is in: who has been accepted, and who waits to be. How many are each?",
					"accept is called once, for nobody leaves. The queue has room for the backlog, or one more.",
					"1,000 less some 130.",
				},
			},
			{
				ID: "long-queue",
				Truth: func(r exercise.Run) exercise.Truth {
					return longQueue(r).
						Because("The kernel has room for all of them, so all are connected; only the server could read what they ask, and it has one client", figures+": retried@4096, unanswered@4096 and how@4096")
				},
				Hints: [3]string{
					"Connected is the kernel's affair, answered the server's. What did exercise 2 say of the second client?",
					"Is there room for 1,000 in a queue for 4,096?",
					"There is; and iterative has one client at a time.",
				},
			},
			{
				ID: "they-meet",
				Truth: func(r exercise.Run) exercise.Truth {
					return theyMeet(r).
						Because("Linux drops such a request and says nothing: a full queue may have room in a moment, and a client that asks again is served then, where one that was refused would give up", figures+": refused@5 and retried@5")
				},
				Hints: [3]string{
					"A refusal is an answer (RST). Who gives it when nobody listens at all? Is that the case here?",
					"What is better for a client whose moment was bad: an error, or another try by its kernel?",
					"Its request to connect is dropped, as if the network had lost it.",
				},
			},
			{
				ID: "loop-of-5",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Own("epoll", burst, "retried@5"), claims.Above(10)).
						Because("The server must be woken up first, and shares its time with what it accepted; clients connect faster than it takes them, and six places are full in a moment", figures+": retried@5, and the claim backlog (lab claims DIR)")
				},
				Hints: [3]string{
					"How long does it take until the server's thread runs, once the first is there? How many clients come meanwhile?",
					"A wake-up takes tens of us; a client that begins to connect takes a few.",
					"Six are in, and the next ones come before the server has looked.",
				},
			},
			{
				ID: "loop-of-4096",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Own("epoll", burst, "retried@4096"), claims.Above(1)).
						Because("A thousand find room at once, whether or not the server has looked", figures+": retried@4096")
				},
				Hints: [3]string{
					"How many may wait to be accepted?",
					"Even if the server accepted nobody for a second: is there room?",
					"4,096 places, 1,000 clients.",
				},
			},
			{
				ID: "a-moment",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Own("epoll", burst, "connect_p99_us@5"),
						exercise.Band{From: 0, Choice: "moment"}, exercise.Band{From: 200e3, Choice: "seconds"}, exercise.Band{From: 10e6, Choice: "minute"}).
						Because("A client whose request was dropped hears nothing, so its kernel waits for a second before it asks again, and once more if that is dropped as well: nothing in the server is slow", figures+": connect_p99_us@5")
				},
				Hints: [3]string{
					"How does a client's kernel find out that its request was dropped?",
					"It doesn't: it waits for an answer, and asks again. How long would you wait, on a network of which you know nothing?",
					"A second, the first time.",
				},
			},
			{
				ID: "threads-of-5",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Own("thread", burst, "retried@5"), claims.Above(10)).
						Because("To start a thread takes some tens of us, in which several clients come; and the threads it has started take the CPU that it would need to accept", figures+": retried@5, and services/thread/main.go, region accept")
				},
				Hints: [3]string{
					"What does it do between two calls of accept, and how long does that take?",
					"Clients come every ten us or so. How many come while one thread is started?",
					"It is no quicker at accepting than the loop is.",
				},
			},
		},
	})
}

// longQueue says who is connected and who answered where a thousand come to a server that serves one, and there is room for all.
func longQueue(r exercise.Run) exercise.Truth {
	again := exercise.Yes(r.Own("iterative", "burst", "retried@4096"), claims.Above(1))
	waiting := exercise.Yes(r.Own("iterative", "burst", "unanswered@4096"), claims.Above(900))
	switch {
	case again.Undecided != "":
		return again
	case waiting.Undecided != "":
		return waiting
	case waiting.Choice == "no":
		return exercise.Truth{Choice: "all-all"}
	case again.Choice == "no":
		return exercise.Truth{Choice: "all-one"}
	}
	return exercise.Truth{Choice: "few-one"}
}

// theyMeet says what those meet for whom there is no room.
func theyMeet(r exercise.Run) exercise.Truth {
	refused := exercise.Yes(r.Own("iterative", "burst", "refused@5"), claims.Above(1))
	again := exercise.Yes(r.Own("iterative", "burst", "retried@5"), claims.Above(1))
	switch {
	case refused.Undecided != "":
		return refused
	case again.Undecided != "":
		return again
	case refused.Choice == "no" && again.Choice == "yes":
		return exercise.Truth{Choice: "nothing"}
	case refused.Choice == "yes":
		return exercise.Truth{Choice: "refused"}
	}
	return exercise.Undecided("there was room for all of them")
}
