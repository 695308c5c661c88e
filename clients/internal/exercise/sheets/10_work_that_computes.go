package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
)

// The figures of the experiment cores.
const (
	theCores    = "cores"
	coresOnOne  = "replies_per_s@1"
	coresSecond = "two_over_one_ratio"
)

func init() {
	const (
		report = "the report's table “One CPU and two” (lab report DIR)"
		steps  = "the report's table “One CPU and two, step by step” (lab report DIR), step 1"
	)
	add(10, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{theCores},
			Models:      []string{"epoll", "generator", "goroutine", "multireactor", "thread"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "computing is bounded by the CPUs that may compute at the same time, and by nothing else: on one no model is faster than another; of two only that makes use which has " +
			"two threads in the kernel that may both run, and a lock around the interpreter, or -procs 1, takes that away again",
		Questions: []exercise.Question{
			{
				ID: "on-one",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.OwnBetween("thread", "epoll", theCores, coresOnOne),
						exercise.Band{From: 0, Choice: "fewer"}, exercise.Band{From: 0.67, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "more"}).
						Because("The CPU computes all the time, either way. A millisecond of hashing is a millisecond, whichever thread it is billed to; what the models differ in, some us a request, is lost in it", steps)
				},
				Hints: [3]string{
					"What is the CPU doing in either server, while 16 clients always have something for it to compute?",
					"Nothing is saved by doing it in turns. What do the switches cost, beside a millisecond?",
					"A switch is some us, a handler hundreds: the same within noise.",
				},
			},
			{
				ID:    "response",
				Truth: waitOfSixteen,
				Hints: [3]string{
					"How many requests are in the server at any moment, and how many are computed at a time?",
					"16, and one. How long is it until one's turn has come again?",
					"16 handlers of about a millisecond.",
				},
			},
			{
				ID: "loop-on-two",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Own("epoll", theCores, coresSecond)).
						Because("The loop and all its handlers are one thread, and a thread runs on one CPU at a time. The other one has nothing to do", report+", and services/epoll/main.go, region wait")
				},
				Hints: [3]string{
					"On how many CPUs can one thread run at the same time?",
					"Is there any other thread in that service that has work to do?",
					"None: the second CPU changes nothing.",
				},
			},
			{
				ID: "threads-on-two",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Own("thread", theCores, coresSecond)).
						Because("The kernel puts two of the 16 threads on two CPUs at a time. The handlers share no data and no lock, so hardly anything is lost; where the two CPUs are one core's hyperthreads, or two tenants' share, there is less to be gained", report+", and services/thread/main.go, region accept")
				},
				Hints: [3]string{
					"Up to 16 threads have something to compute. Who decides where they run?",
					"Do two handlers have to wait for each other anywhere?",
					"They don't: nearly twice as many.",
				},
			},
			{ID: "who-gains", Truth: whoGains, Hints: [3]string{
				"For each of them: how many threads of the kernel does it run conversations in, when the process may use two CPUs?",
				"multireactor starts a loop for each CPU, goroutine lets as many threads run goroutines. And generator?",
				"generator's coroutines all belong to the one thread of its scheduler. The two others use both CPUs.",
			}},
			{
				ID: "one-lock",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Own("goroutine", theCores, "procs1_"+coresSecond),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.25, Choice: "more"}, exercise.Band{From: 2.5, Choice: "many"}).
						Because("There are threads enough, and only one of them may run the program at a time. They take turns at one CPU's worth of computing, as threads do under an interpreter's global lock", report+", the figures that begin with procs1")
				},
				Hints: [3]string{
					"How many goroutines may compute at the same time, with -procs 1?",
					"One. What does the second CPU do meanwhile?",
					"Nothing: it is as if there were one.",
				},
			},
		},
	})
}

// waitOfSixteen is how long each of the 16 clients waits, by Little's law: clients over rate.
func waitOfSixteen(r exercise.Run) exercise.Truth {
	const clients, ms = 16, 1000
	f := r.Own("epoll", theCores, coresOnOne)
	if f.Missing == "" && f.Unsupported == "" {
		f.Median, f.Low, f.High = clients*ms/f.Median, clients*ms/f.High, clients*ms/f.Low
	}
	return exercise.Number(f).
		Because("16 requests are in the server and one is computed at a time: each waits for the 15 before it. Clients over rate is response time, in any closed loop",
			"the report's table “One CPU and two, step by step” (lab report DIR): 16 divided by epoll's rate at step 1")
}

// whoGains says which of three models have a quarter more of a second CPU at least.
func whoGains(r exercise.Run) exercise.Truth {
	gains := map[string]bool{}
	for _, model := range []string{"generator", "goroutine", "multireactor"} {
		t := exercise.Yes(r.Own(model, theCores, coresSecond), claims.AtLeast(1.25))
		if t.Undecided != "" {
			return t
		}
		gains[model] = t.Choice == "yes"
	}
	t := exercise.Truth{Choice: "others"}
	switch both := gains["goroutine"] && gains["multireactor"]; {
	case both && gains["generator"]:
		t.Choice = "all"
	case both:
		t.Choice = "both"
	case gains["goroutine"] && !gains["multireactor"] && !gains["generator"]:
		t.Choice = "goroutine"
	case !gains["goroutine"] && !gains["multireactor"] && !gains["generator"]:
		t.Choice = "none"
	}
	return t.Because("What counts is not how a conversation is written, but in how many of the kernel's threads conversations run: one in generator, one for each CPU in the two others",
		"services/multireactor/main.go, region workers, and services/generator/main.go, region resume")
}
