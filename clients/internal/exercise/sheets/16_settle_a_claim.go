package sheets

import (
	"math"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

func init() {
	at64 := claims.At{Experiment: "throughput", Connections: 64}
	const ledger = "lab claims DIR"
	add(16, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"throughput", "descriptors", "facts", "lock", "copies"},
			Models:      []string{"epoll", "thread", "process"},
			Rounds:      9,
		},
		Learnt: "a claim is a figure and a bar that stands before the figure is known; a verdict is one of five, and speaks of this machine and these programs; " +
			"a bar that could not have been missed settles nothing",
		Questions: []exercise.Question{
			{
				ID: "regular-file",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.Claim("regular-file").
						Because("Select and poll say of a file that it is ready, always, at its end as well: there is nobody who will send more, so there is nothing to wait for. Who reads it waits for the disk all the same", ledger+": regular-file")
				},
				Hints: [3]string{
					"Whom does one wait for, at a socket? Who is that, at a file?",
					"Ready means: a read doesn't wait for somebody else. Is that ever untrue of a file?",
					"One call that says ready, where at a socket it would say not, is enough to refute it.",
				},
			},
			{
				ID: "no-lock-needed",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.Claim("no-lock-needed").
						Because("Each thread takes a question and answers it when it has done so; which of two is done first is the scheduler's, and the client can only go by the order of the answers", ledger+": no-lock-needed")
				},
				Hints: [3]string{
					"Two questions are under way. Does anything make the second answer wait for the first?",
					"The kernel guards each write, but not the order of two threads' writes.",
					"One swapped pair of the 25 refutes it.",
				},
			},
			{
				ID: "parent-closes",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.Claim("parent-closes").
						Because("A process started has a table of its own, and a connection ends when the last copy is closed; threads have one table, and whoever closes a descriptor closes everybody's", ledger+": parent-closes, and services/process/main.go, region accept")
				},
				Hints: [3]string{
					"When is the end of a connection sent: when one closes it, or when the last one does?",
					"How many tables of descriptors have a parent and a child, and how many two threads?",
					"The two halves of the sentence follow from the two answers.",
				},
			},
			{
				ID: "limit-2048",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.Claim("limit-2048").
						Because("A set is an array of 1,024 bits, whatever the word's width; and a process has a limit of its own (ulimit -n) long before the machine's, which is file-max", ledger+": limit-2048")
				},
				Hints: [3]string{
					"What does a constant of a header have to do with the width of a word?",
					"Which of the two limits does ulimit -n show?",
					"FD_SETSIZE is the same on 32 and 64 bits. Exercise 6 has met it.",
				},
			},
			{
				ID: "figure",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Against("thread", at64, claims.CPU)).
						Because("Read and write are common to both. On top of them thread has a switch and a wake-up for each request, and the loop one wait for many", "the report's table of the first block (lab report DIR)")
				},
				Hints: [3]string{
					"What do both do for a request, and what only one of them?",
					"A read and a write of a few us, and a switch of one to three: what is the one over the other?",
					"Between 1 and 2.5.",
				},
			},
			{
				ID: "modest",
				Truth: func(r exercise.Run) exercise.Truth {
					return verdict(claims.AtLeast(1.1), r.Against("thread", at64, claims.CPU)).
						Because("The bar lies below the whole interval. It could have been missed, but it asks for little: a claim is worth as much as what would have refuted it", ledger+", and docs/claims.md")
				},
				Hints: [3]string{
					"Where does your figure of the question before lie?",
					"The whole interval must be on the bar's side, and further from 1 than noise reaches.",
					"Both bars are judged by the same figure: one of them it reaches.",
				},
			},
			{
				ID: "bold",
				Truth: func(r exercise.Run) exercise.Truth {
					return verdict(claims.AtLeast(5), r.Against("thread", at64, claims.CPU)).
						Because("There is a difference of the kind that is claimed, and it is smaller than the claim says. That is no refutation of the direction, and none is to be written", ledger+", and docs/claims.md")
				},
				Hints: [3]string{
					"Does the figure reach 5? Is it on the same side of 1 as the claim?",
					"Refuted would be: no difference, or one that goes the other way.",
					"Two of the three choices are for a figure below 5. One of them says that the direction is right.",
				},
			},
			{
				ID: "noise",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(floorOf(r.Against("epoll", at64, claims.CPU)), // against its twin
						exercise.Band{From: 0, Choice: "none"}, exercise.Band{From: 0.001, Choice: "some"}, exercise.Band{From: 0.4, Choice: "half"}).
						Because("Two processes of one program differ: by where their memory lies, by who else ran. A difference that is no larger than theirs says nothing of models", "the report's noise floor, and docs/measurement.md")
				},
				Hints: [3]string{
					"The same program twice, with the same load. Will the two figures be equal to the last digit?",
					"The floor is what such a pair differs by, in all but one of twenty runs.",
					"Some per cent, on a machine that does little else.",
				},
			},
		},
	})
}

// verdict is a bar's judgment of a figure, as one of a question's choices.
func verdict(bar claims.Bar, f claims.Figure) exercise.Truth {
	v, why := bar.Judge(f)
	choice, decided := map[claims.Verdict]string{
		claims.Confirmed: "confirmed", claims.Smaller: "smaller", claims.Refuted: "refuted",
	}[v]
	if !decided {
		return exercise.Truth{Undecided: why}
	}
	return exercise.Truth{Choice: choice, Measured: claims.Finding{Figure: f}.Measured()}
}

// floorOf is the noise floor of a figure, as a figure.
func floorOf(f claims.Figure) claims.Figure {
	if f.Missing != "" || f.Unsupported != "" {
		return f
	}
	if math.IsNaN(f.Floor) {
		return claims.Figure{Missing: "the run's noise is not known: it has no trial of the reference against its twin"}
	}
	f.Low, f.Median, f.High = f.Floor, f.Floor, f.Floor
	return f
}
