package sheets

import (
	"cmp"
	"strings"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

// cliffs is where the report says where models stop.
const cliffs = "the report's table “Where each model stops” (lab report DIR)"

func init() {
	const limits = "limit-2048" // the fact: what limits descriptors, sets and select(2) itself
	add(5, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"facts", "cliff"},
			Models:      []string{"select", "poll"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "select's limit is the size of a type that was compiled in: no limit of the process moves it, the kernel doesn't have it, " +
			"and a server that doesn't look at the number of a descriptor writes beyond its set",
		Questions: []exercise.Question{
			{
				ID: "highest",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Count(limits, "facts", "fdset_highest@2048")).
						Because("A set is an array of FD_SETSIZE bits, 1,024 on Linux, and the first of them is descriptor 0's", "the facts of the report (lab report DIR), and services/select/sets.go")
				},
				Hints: [3]string{
					"How many bits has an fd_set, and with which number does the first one begin?",
					"FD_SETSIZE is 1,024, and descriptors are counted from 0.",
					"One less than 1,024.",
				},
			},
			{
				ID: "limit-helps",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Count(limits, "facts", "fdset_highest@4096"), claims.Above(1024)).
						Because("ulimit says which descriptors a process may have. How long a set is was decided when the program was compiled", "the claim select-1024 (lab claims DIR)")
				},
				Hints: [3]string{
					"Where does the number of bits stand: in the kernel, in a limit of the process, in the program?",
					"Can a limit change the size of an array in a program that is already compiled?",
					"More descriptors, and no more bits for them.",
				},
			},
			{
				ID: "kernel-beyond",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Count(limits, "facts", "select_highest@4096"), claims.Above(1024)).
						Because("The kernel is told how many bits it shall look at (the first argument) and takes what memory it needs for that: the 1,024 are the type's, not the call's. Who lays out a longer set, as some programs do, gets further", "the facts of the report, and the man page select(2), under BUGS")
				},
				Hints: [3]string{
					"Which argument tells the kernel how long the sets are?",
					"The call takes three addresses and a number. Does it know your type?",
					"It knows the number alone, and that may be as large as the process' descriptors go.",
				},
			},
			{
				ID: "clients",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Stops("select"),
						exercise.Band{From: 0, Choice: "hundreds"}, exercise.Band{From: 950, Choice: "handful"}, exercise.Band{From: 1024, Choice: "none"}).
						Because("Descriptors are the process', and a server has some of its own: standard input and output, its log, the listener, what tells it to stop. They have the low numbers, and bits", cliffs)
				},
				Hints: [3]string{
					"Which descriptors has a server before its first client comes?",
					"0, 1 and 2; the listener; and what tells it to stop.",
					"Each of those takes one of the 1,024 numbers; there are about ten.",
				},
			},
			{
				ID:    "next-client",
				Truth: nextClient,
				Hints: [3]string{
					"Who would have to refuse this client: the kernel or the server?",
					"The server doesn't call accept any more. What does the kernel do with a connection that nobody takes?",
					"It stands in the backlog, as the second client of iterative does.",
				},
			},
			{
				ID:    "poll-beyond",
				Truth: pollBeyond,
				Hints: [3]string{
					"Poll is asked in another form. Does anything in it have a bit for each number?",
					"An entry of its array holds the number itself, as an int.",
					"So the array is as long as one likes: what bounds it is the process' limit alone.",
				},
			},
			{
				ID: "high-numbers",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Fraction("facts", "fdsetsize-walk", "select_high_ns", "fdsetsize-walk", "select_low_ns"),
						exercise.Band{From: 0, Choice: "little"}, exercise.Band{From: 2, Choice: "several"}, exercise.Band{From: 30, Choice: "hundred"}).
						Because("It goes up to the highest number, but by whole words of 64 bits, and passes over the empty ones: 15 of them cost next to nothing. Asking a file that is in the set is what costs", "the facts of the report, fdsetsize-walk, and the claim of that name (lab claims DIR)")
				},
				Hints: [3]string{
					"There are ten files to be asked in either case. What is there to do in addition if their numbers are high?",
					"A set is read by words of 64 descriptors. How many words are 1,024 bits?",
					"Sixteen words, fifteen of them zero, beside ten files that are asked.",
				},
			},
			{
				ID: "file-ready",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Yes(r.Count("regular-file", "facts", "file_select_read"), claims.Above(1)).
						Because("Ready means that a read would not wait, not that there is something: a file's read never waits for anybody, and at its end it returns 0 at once. So no select helps against a slow disk", "the facts of the report, regular-file, and the claim of that name (lab claims DIR)")
				},
				Hints: [3]string{
					"What does ready promise: bytes, or that a read returns?",
					"For whom would a read of a file have to wait?",
					"A read at the end of a file returns 0, and at once.",
				},
			},
		},
	})
}

// nextClient is what those meet who come when select has no bit left.
func nextClient(r exercise.Run) exercise.Truth {
	list, missing := r.Cells("select", claims.At{Experiment: "cliff"})
	t := exercise.Undecided("%s", cmp.Or(missing.Unsupported, missing.Missing))
	for _, rec := range list {
		t = exercise.Truth{Measured: rec.Notes["how"]}
		switch how := rec.Notes["how"]; {
		case rec.Figures["stops_at"] == 0:
			t.Undecided = "it was not brought to where it stops: " + how
		case strings.Contains(how, "not any more"):
			t.Choice = "crash"
		case rec.Notes["errno"] != "":
			t.Choice = "refused"
		case strings.Contains(how, "closed without"):
			t.Choice = "closed"
		default:
			t.Choice = "waits"
		}
	}
	return t.Because("The server looks at the next number before it accepts. Where that has no bit it stops asking about the listener, and who comes now is connected by the kernel and stands in the backlog until somebody leaves",
		cliffs+", and services/select/main.go, region accept")
}

// pollBeyond says whether poll has more clients than select has bits, where the client could have as many.
func pollBeyond(r exercise.Run) exercise.Truth {
	const more = 1100
	asked := exercise.Yes(r.Count("poll", "cliff", "asked_for"), claims.Above(more))
	if asked.Choice == "no" {
		return exercise.Undecided("the client may not have %d connections on this machine: raise its limit on descriptors (ulimit -n)", more)
	}
	if asked.Undecided != "" {
		return asked
	}
	return exercise.Yes(r.Count("poll", "cliff", "answered"), claims.Above(more)).
		Because("An entry of poll's array holds the number of the descriptor: there is nothing that a large one doesn't fit into. It ends where the process' descriptors end",
			cliffs+", and services/poll/main.go, region wait")
}
