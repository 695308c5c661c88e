package claims

import (
	"math"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
)

// Where these come from.
const (
	unp      = "Stevens, Fenner, Rudoff: UNIX Network Programming, volume 1, chapter 30"
	flash    = "Pai, Druschel, Zwaenepoel: Flash: An Efficient and Portable Web Server (USENIX 1999)"
	halfSync = "Schmidt, Cranor: Half-Sync/Half-Async (PLoP 1995)"
)

// The cells that they are about.
var (
	visits = cell{"churn", 0, 0}
	beside = cell{"busy", 48, 0}
)

// never is a count that must be 0, always one that must be 1, everywhere.
var (
	never  = Bar{Low: math.Inf(-1), High: 0, Neutral: math.NaN()}
	always = Above(1)
)

// connections are the claims about who serves a connection: what it costs to take one, and who waits for whom.
var connections = []Claim{
	{
		ID: "one-at-a-time", Source: tutorials, Scope: InGo,
		Says: "An iterative server makes the second client wait for the first; every other model answers at once.",
		Tests: []Test{
			counted("the second client is answered while the first stays (1: yes), iterative", "iterative", "second_answered_beside", never),
			counted("it is once the first has left, iterative", "iterative", "second_answered", always),
			{
				What: "the second client is answered while the first stays (1: by each of them), all others", Bar: always,
				Needs: []Need{{"second", []string{"every other model"}}},
				of:    func(e Evidence) Figure { return e.everyOther("iterative", "second", "second_answered_beside") },
			},
		},
	},
	{
		ID: "second-cannot-connect", Source: tutorials, Scope: InGo,
		Says: "While the first client is served the second can't connect.",
		Tests: []Test{
			counted("the second client is connected before the first leaves (1: yes), iterative", "iterative", "second_connected", never),
		},
	},
	{
		ID: "n-accepts", Source: tutorials, Scope: InGo,
		Says: "As many clients are served as there are threads or processes that take one, and the next one waits.",
		Tests: []Test{
			counted("K clients of a pool of K are answered at a time (1: yes), prefork", "prefork", "all_answered", always),
			counted("client K+1 is while they stay, prefork", "prefork", "next_answered_beside", never),
			counted("it is once one has left, prefork", "prefork", "next_answered", always),
			counted("K clients of a pool of K are answered at a time (1: yes), threadpool", "threadpool", "all_answered", always),
			counted("client K+1 is while they stay, threadpool", "threadpool", "next_answered_beside", never),
			counted("it is once one has left, threadpool", "threadpool", "next_answered", always),
		},
	},
	{
		ID: "process-costs", Source: tutorials + "; " + unp, Figure: "a pool cuts the CPU for process control by 10 or more", Scope: InGo,
		Says: "A process for each connection is fine for a few clients, and wasteful at hundreds or thousands.",
		Tests: []Test{
			visited("process", "prefork", AtLeast(10)), visited("process", "thread", AtLeast(10)),
			// A tenth of the one is ten times the other, and what may be near zero is no denominator.
			visitedBeyond("prefork", "process", AtMost(0.1)), visitedBeyond("thread", "process", AtMost(0.1)),
		},
	},
	{
		ID: "threads-cheaper", Source: tutorials + "; " + unp, Scope: InGo,
		Says: "A thread for each connection is cheaper than a process for each.",
		Tests: []Test{
			visited("thread", "process", AtMost(0.5)), visitedBeyond("thread", "process", AtMost(0.5)),
			{
				What: "memory of an idle connection, own and kernel's, thread / process", Bar: AtMost(0.5),
				Needs: []Need{{"memory", []string{"thread", "process"}}},
				of:    func(e Evidence) Figure { return e.memory("thread", "process") },
			},
		},
	},
	{
		ID: "pool-beats-spawn", Source: unp, Scope: InGo,
		Says:  "A pool of threads or processes beats one started for each client.",
		Tests: []Test{visited("thread", "threadpool", AtLeast(1.2)), visited("process", "prefork", AtLeast(1.2))},
	},
	{
		ID: "accept-not-threads", Source: tutorials, Scope: InGo,
		Says: "Never have several wait at the listening socket, only at connections: those who accept there meet errors, serve unfairly and cost more.",
		Tests: []Test{
			{
				What: "errors of 16 clients that come and go, K processes that accept (prefork)", Bar: Above(1),
				Needs: []Need{{"fair", []string{"prefork"}}},
				of:    func(e Evidence) Figure { return e.figure("prefork", "fair", "errors") },
			},
			{
				// The clients' own threads take turns, too: so it is compared, and not looked at alone.
				What: "Jain's index of these clients' visits, K processes that accept / one thread that does (prefork / threadpool)", Bar: AtMost(0.9),
				Needs: []Need{{"fair", []string{"prefork", "threadpool"}}},
				of:    func(e Evidence) Figure { return e.fraction("fair", "prefork", "jain", "threadpool", "jain") },
			},
			visited("prefork", "threadpool", AtLeast(1.10)),
		},
	},
	{
		ID: "io-bound", Source: tutorials + "; " + flash, Scope: InGo,
		Says: "For waiting work take threads or coroutines; one loop with handlers that block stalls everybody.",
		Tests: []Test{
			waited("thread", Above(0.8)), waited("goroutine", Above(0.8)), waited("generator", Above(0.8)), waited("greenlet", Above(0.8)),
			waited("prefork", Above(0.8)), waited("threadpool", Above(0.8)), waited("hybrid", Above(0.8)),
			waited("epoll", Bar{Low: math.Inf(-1), High: 0.05, Neutral: math.NaN()}),
		},
	},
	{
		ID: "hybrid-saves", Source: flash + "; " + halfSync, Scope: InGo,
		Says: "A loop with helpers keeps the loop's cheapness and survives slow handlers.",
		Tests: []Test{
			besides("99th percentile of response time beside handlers that compute, hybrid / epoll", experiment.BusyWork, p99, AtMost(0.1)),
			besides("99th percentile of response time beside handlers that block, hybrid / epoll", experiment.BusyWait, p99, AtMost(0.1)),
			besides("CPU per echo at one rate, without them, hybrid / epoll", experiment.BusyAlone, cpu, AtMost(1.5)),
		},
	},
	{
		ID: "slow-clients", Source: banga, Scope: InGo,
		Says: "Slow clients hurt servers that look fine in a laboratory.",
		Tests: []Test{
			hurt("select"), hurt("poll"), hurt("epoll"), hurt("thread"), hurt("process"), hurt("goroutine"), hurt("hybrid"), hurt("proactor"),
		},
	},
}

// p99 is the 99th percentile of response times over the reference's; none where there were too few replies to know it.
func p99(r result.Record) float64 { return r.Contender.Latency.P99 / r.Reference.Latency.P99 }

func counted(what, model, name string, bar Bar) Test {
	return Test{
		What: what, Bar: bar, Needs: []Need{{"second", []string{model}}},
		of: func(e Evidence) Figure { return e.count(model, "second", name) },
	}
}

func visited(a, b string, bar Bar) Test {
	return Test{
		What: "CPU per connection of clients that come and go, " + a + " / " + b, Bar: bar,
		Needs: []Need{{"churn", []string{a, b}}},
		of:    func(e Evidence) Figure { return e.between(a, b, visits, cpu) },
	}
}

func visitedBeyond(a, b string, bar Bar) Test {
	return Test{
		What: "the same with iterative's taken off both, " + a + " / " + b, Bar: bar,
		Needs: []Need{{"churn", []string{a, b, "iterative"}}},
		of:    func(e Evidence) Figure { return e.beyond(a, b, "iterative", visits, cpu) },
	}
}

func waited(model string, bar Bar) Test {
	return Test{
		What:  "replies/s of 100 clients of wait 10, over 100 / 10 ms (a pool of K: K / 10 ms), " + model,
		Needs: []Need{{"wait", []string{model}}}, Bar: bar,
		of: func(e Evidence) Figure { return e.steps(model, "share@", "wait", "pools") },
	}
}

func besides(what, load string, of measure, bar Bar) Test {
	return Test{
		What: what, Bar: bar, Needs: []Need{{"busy", []string{"hybrid"}}},
		of: func(e Evidence) Figure {
			f := e.under(load).against("hybrid", beside, of)
			if list, _ := e.under(load).records("hybrid", beside); len(list) > 0 && f.Missing != "" {
				f.Missing = "too few replies in a round to know a 99th percentile"
			}
			return f
		},
	}
}

func hurt(model string) Test {
	return Test{
		What: "99th percentile of quick clients' response time, beside 200 slow ones / without, " + model, Bar: AtLeast(1.25),
		Needs: []Need{{"slow", []string{model}}},
		of: func(e Evidence) Figure {
			return e.grownBeside(model, "slow", experiment.SlowAlone, experiment.SlowBeside)
		},
	}
}
