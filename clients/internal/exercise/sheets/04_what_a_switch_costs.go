package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/result"
)

func init() {
	const (
		experiment = "switch"
		ns         = "switch_cpu_ns" // of a switch one way, by both parties' CPU time
		table      = "the report's table “What a switch costs” (lab report DIR)"
		why        = "the report's table “Why: what a request takes”, column “switches” (lab report DIR)"
	)
	busy := claims.At{Experiment: "throughput", Connections: 64}
	switches := func(s result.Record) float64 { return s.Contender.Switches }
	perRequest := []exercise.Band{{From: 0, Choice: "hardly-any"}, {From: 0.3, Choice: "one"}, {From: 3, Choice: "several"}}
	add(4, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{experiment, "throughput"},
			Models:      []string{"thread", "generator"},
			Rounds:      9, // then the interval leaves out the outermost on either side
		},
		Learnt: "a switch is dear where the kernel takes part in it, and by the scheduler far more than by the address space; " +
			"a loop is cheap because it switches seldom, and a coroutine because its switches are cheap",
		Questions: []exercise.Question{
			{
				ID: "order",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.OrderOfOwn(experiment, ns, "function", "generator", "goroutine", "thread", "process").
						Because("A call changes the program counter; a generator the stack, too; a goroutine asks the language's scheduler who is next; a thread the kernel's; and a process takes another address space, and a pipe, on top", table)
				},
				Hints: [3]string{
					"What has to be kept and what has to be found out in each of the five?",
					"Two of them enter the kernel at each switch. One of the others asks a scheduler, and one knows who is next.",
					"From the least that has to be done to the most: call, stack, queue, kernel, kernel with another address space.",
				},
			},
			{
				ID: "generator-call",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Fraction(experiment, "generator", ns, "function", ns),
						exercise.Band{From: 0, Choice: "few"}, exercise.Band{From: 8, Choice: "dozens"}, exercise.Band{From: 2000, Choice: "thousands"}).
						Because("The registers are kept, another stack is taken up, and the runtime notes who runs: some tens of ns. A call and its return the processor foresees, and they take about as long as the addition in it", table)
				},
				Hints: [3]string{
					"What does a call leave on its way that a generator must keep?",
					"A call with its return takes about one ns. A switch of stacks is some dozens of instructions, and a few checks of the runtime's.",
					"Some tens of ns, over less than one.",
				},
			},
			{
				ID: "thread-generator",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Fraction(experiment, "thread", ns, "generator", ns),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 3, Choice: "tens"}, exercise.Band{From: 300, Choice: "thousands"}).
						Because("Each turn is two system calls: wake the other, sleep oneself. The kernel puts one into the queue of those that can run, takes the other out, and restores what it left; the generator does the last of these alone", table)
				},
				Hints: [3]string{
					"How many system calls does it take to give the turn to another thread?",
					"One to wake it, one to sleep; and the scheduler between them has to choose.",
					"About a microsecond, over some tens of ns.",
				},
			},
			{
				ID: "goroutine-kernel",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Own("goroutine", experiment, "kernel_per_switch"),
						exercise.Band{From: 0, Choice: "never"}, exercise.Band{From: 0.1, Choice: "some"}, exercise.Band{From: 0.9, Choice: "each"}).
						Because("For the kernel there is one thread, and it never sleeps: the runtime parks one goroutine and takes up the other in the process' own memory", table+", and lab demo turns")
				},
				Hints: [3]string{
					"How many threads does the kernel see here, and does that one ever have nothing to do?",
					"Who keeps the queue of goroutines that can run: the kernel or the process?",
					"One of the two can always run, so the thread goes on with it; the kernel is not even asked.",
				},
			},
			{
				ID: "process-pipe",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Fraction(experiment, "process", ns, "threadpipe", ns),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 2, Choice: "several"}, exercise.Band{From: 10, Choice: "tens"}).
						Because("The pipe, the wake-up and the scheduler are the same; another address space is a register that is loaded, and some translations that must be looked up again. A process is dear to start, and not to switch to", table)
				},
				Hints: [3]string{
					"Both write a byte into a pipe and sleep in a read. What happens in one of them alone?",
					"The next process has another address space. What must the processor change, and what does it lose by that?",
					"A register, and some of the translations that it remembered. The two system calls and the scheduler stay as they are.",
				},
			},
			{
				ID: "thread-switches",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("thread", busy, switches), perRequest...).
						Because("A thread's client has sent, is answered, and has nothing more to say: the thread sleeps in its next read, and another one must be woken for the next request", why)
				},
				Hints: [3]string{
					"What does a client's thread do when it has answered, until that client asks again?",
					"It waits in read, so the CPU goes to another thread, whose client has asked meanwhile.",
					"Each request is served by another thread than the one before it.",
				},
			},
			{
				ID: "loop-switches",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("epoll", busy, switches), perRequest...).
						Because("While one request is served others arrive; so the next epoll_wait returns at once, with a whole batch of them. One thread that always has something to do never gives the CPU away", why+", and services/epoll/main.go, region wait")
				},
				Hints: [3]string{
					"With 64 clients that all ask: how many are ready when the loop comes round again?",
					"When does epoll_wait sleep?",
					"Only if nobody is ready, and that is seldom so.",
				},
			},
			{
				ID: "generator-request",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Against("generator", busy, claims.CPU),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.35, Choice: "several"}, exercise.Band{From: 10, Choice: "tens"}).
						Because("A request takes two switches of some tens of ns, and several us for a receive and a send: a few hundredths more than without them", "the report's table “Why: what a request takes”, column “server”, and services/generator/main.go, region resume")
				},
				Hints: [3]string{
					"How often is a conversation resumed and left for one request? What does that make in ns?",
					"Compare it with what a receive and a send cost, in us.",
					"About 0.1 us of more than five.",
				},
			},
		},
	})
}
