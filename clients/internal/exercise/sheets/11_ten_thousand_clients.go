package sheets

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

func init() {
	const idle, tenThousand = "the report's table of idle connections (lab report DIR)", "the c10k experiment of the report (lab report DIR)"
	silent := claims.At{Experiment: "memory", Connections: 1, Idle: 2000}
	add(11, exercise.Exercise{
		Plan: exercise.Plan{
			Experiments: []string{"memory", "thousand", "c10k"},
			Models:      []string{"epoll", "goroutine", "thread"},
			Rounds:      9,
		},
		Learnt: "ten thousand silent clients are a question of memory: an entry in a table and a socket, or a small stack, or two stacks of which the kernel keeps the larger; " +
			"ten thousand that ask are a question of CPU, and the order is the same for another reason",
		Questions: []exercise.Question{
			{
				ID: "ten-thousand",
				Truth: func(r exercise.Run) exercise.Truth {
					return whoHasAll(r, "thread", "goroutine", "epoll").
						Because("10,000 threads take some 500 MB and are 10,000 entries in the kernel's table of processes: much, and within what a machine has today", tenThousand)
				},
				Hints: [3]string{
					"What does each of them need one of for each client: a descriptor, a stack, a thread? How many of these are allowed?",
					"20,000 descriptors, 12,000 threads, 1 GB: how large may a thread be for 10,000 of them to fit?",
					"A thread with its kernel's share takes far less than 100 KB, whatever address space it has reserved.",
				},
			},
			{
				ID: "thread-megabytes",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(times(r.Once("thread", "c10k", "bytes_each"), 10000/1e6)).
						Because("What counts is what is touched: some 20 KB of the stack and the runtime's record of the thread, and somewhat more than that in the kernel", tenThousand+", bytes_each")
				},
				Hints: [3]string{
					"A thread's stack may have 8 MB of addresses. How much of it is memory before anything is written to it?",
					"A few pages of 4 KiB for what is touched in the server, and as much in the kernel. Times 10,000?",
					"Some 40 to 50 KB each.",
				},
			},
			{
				ID: "thread-over-epoll",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Number(r.Memory("thread", "epoll")).
						Because("Epoll keeps a descriptor's number and where the conversation stands, some hundred bytes, and the kernel a socket and an entry of the set; a thread has two stacks besides", idle)
				},
				Hints: [3]string{
					"What does epoll's server know of a client that says nothing? It holds no buffer for it.",
					"A socket takes the kernel 1 to 2 KB, for any server. Which of the two has hardly anything else?",
					"Some 45 KB over some 1.8.",
				},
			},
			{
				ID: "thread-over-goroutine",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(r.Memory("thread", "goroutine"),
						exercise.Band{From: 0, Choice: "alike"}, exercise.Band{From: 1.5, Choice: "several"}, exercise.Band{From: 20, Choice: "tens"}).
						Because("A goroutine has one stack, which begins with 2 KiB and grows as it must, and a buffer to read into; no stack of the kernel's belongs to it", idle+", and docs/models/goroutine.md")
				},
				Hints: [3]string{
					"Both have a stack for each client. How large is the least that each can be?",
					"A goroutine's stack grows by copying, so it may begin with 2 KiB. How many pages has a thread touched?",
					"A goroutine takes 5 to 8 KB with its socket. A thread is said above.",
				},
			},
			{
				ID: "kernel-share",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(kernelShare(r, "thread"),
						exercise.Band{From: 0, Choice: "little"}, exercise.Band{From: 0.2, Choice: "half"}, exercise.Band{From: 0.8, Choice: "nearly-all"}).
						Because("The kernel has a stack of its own for each thread (16 KiB on most machines), its record, and page tables: none of them is in what ps calls the process's resident memory", idle+", own and kernel's")
				},
				Hints: [3]string{
					"While a thread waits in read(2), on which stack is the code that waits?",
					"Each thread has a second stack, in the kernel. Is it smaller than what the first has touched?",
					"16 KiB of stack, some KB of records, a socket; on the other side some 20 KB.",
				},
			},
			{
				ID: "goroutine-threads",
				Truth: func(r exercise.Run) exercise.Truth {
					return exercise.Bands(threadsOf(r, "goroutine", silent),
						exercise.Band{From: 0, Choice: "few"}, exercise.Band{From: 100, Choice: "hundreds"}, exercise.Band{From: 1000, Choice: "thousands"}).
						Because("A goroutine that waits for the network is set aside and its thread goes on with another one; threads are needed for those that run", "services/goroutine/main.go, region accept")
				},
				Hints: [3]string{
					"Who of the 2,001 needs a CPU at this moment?",
					"The runtime runs goroutines on as many threads as may run at a time, and has a few for itself.",
					"The read finds nothing; then it is the goroutine that waits, not the thread.",
				},
			},
			{
				ID: "waits-in",
				Truth: func(r exercise.Run) exercise.Truth {
					return hyphened(r.WaitsIn("goroutine", silent)).
						Because("The code says Read; underneath the socket doesn't block, and the runtime waits for all of them in a loop on epoll", "the report's column “waits in”, and services/goroutine/main.go, region converse")
				},
				Hints: [3]string{
					"2,001 are waited for, and the process has a handful of threads.",
					"Which call lets one thread wait for thousands of sockets?",
					"The runtime of Go has an event loop in it, one that every reader of exercise 6 knows.",
				},
			},
			{
				ID: "order",
				Truth: func(r exercise.Run) exercise.Truth {
					return r.OrderOf(claims.At{Experiment: "thousand", Connections: 1000}, claims.CPU, "epoll", "goroutine", "thread").
						Because("The loop takes hundreds of ready clients from one call and never switches; a goroutine is set aside and woken in the process; a thread is switched to by the kernel", "the report's column “at 1,000”, and the claim switching-costs (lab claims)")
				},
				Hints: [3]string{
					"A read and a write are common to all. What comes on top, and where: in the kernel or in the process?",
					"How much does each cost: nothing to switch, a switch between goroutines, one between threads?",
					"Some 100 ns for a goroutine, one to several us for a thread and its wake-up.",
				},
			},
		},
	})
}

// whoHasAll says which of three have all of c10k's clients answered: each, all but the first, or the last alone.
func whoHasAll(r exercise.Run, first, second, third string) exercise.Truth {
	found := ""
	for _, model := range []string{first, second, third} {
		t := exercise.Yes(r.Count(model, "c10k", "answered"), claims.Above(10000))
		switch {
		case t.Undecided != "" && r.Stops(model).Missing != "":
			return t
		case t.Choice == "yes":
			found += "1"
		default: // it has stopped at fewer
			found += "0"
		}
	}
	choice, ok := map[string]string{"111": "all", "011": "two", "001": third, "000": "none"}[found]
	if !ok {
		return exercise.Undecided("no choice is for what was found here: lab report DIR tells it")
	}
	return exercise.Truth{Choice: choice}
}

// kernelShare is the kernel's part of what an idle connection takes, by the slopes of both.
func kernelShare(r exercise.Run, model string) claims.Figure {
	own := r.PerIdle(model, "memory", func(rec result.Record) float64 { return rec.Contender.Resident })
	kernel := r.PerIdle(model, "memory", func(rec result.Record) float64 { return rec.Contender.MemoryKernel })
	switch {
	case own.Missing != "" || own.Unsupported != "":
		return own
	case kernel.Missing != "" || kernel.Unsupported != "":
		return kernel
	case kernel.Low <= 0 || own.Low <= 0:
		return claims.Figure{Missing: "the kernel's share of the memory is not counted on this machine"}
	}
	own.Low, own.Median, own.High = kernel.Low/(kernel.Low+own.High), kernel.Median/(kernel.Median+own.Median), kernel.High/(kernel.High+own.Low)
	return own
}

// threadsOf is how many threads a model's processes have in a cell.
func threadsOf(r exercise.Run, model string, at claims.At) claims.Figure {
	list, missing := r.Cells(model, at)
	if len(list) == 0 {
		return missing
	}
	var n []float64
	for _, rec := range list {
		n = append(n, rec.Contender.Threads)
	}
	return claims.Figure{Estimate: stats.Over(n)}
}

// times is a figure in another unit.
func times(f claims.Figure, factor float64) claims.Figure {
	f.Low, f.Median, f.High = f.Low*factor, f.Median*factor, f.High*factor
	return f
}
