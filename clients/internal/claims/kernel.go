package claims

import "math"

// Mechanism: no program of the lab's has a share in the verdict. The kernel was asked by itself.
const Mechanism Scope = "the mechanism"

// below is an absolute figure that must not be above x, just one that must be x.
func below(x float64) Bar { return Bar{Low: math.Inf(-1), High: x, Neutral: math.NaN()} }
func just(x float64) Bar  { return Bar{Low: x, High: x, Neutral: math.NaN()} }

// kernel are the claims about what a kernel does for a server: switches, sets of descriptors, sockets that are shared.
var kernel = []Claim{
	{
		ID: "coroutine-switch", Source: tutorials, Scope: InGo,
		Says: "A coroutine switches a million times a second with ease, a thread does not.",
		Tests: []Test{
			switched("generator", Above(1e6)), switched("greenlet", Above(1e6)), switched("goroutine", Above(1e6)),
			switched("thread", below(1e6)), switched("process", below(1e6)),
		},
	},
	{
		ID: "select-interval", Source: tutorials, Scope: InGo,
		Says: `select "asks at intervals".`,
		Tests: []Test{
			{
				// Who looks once in T has a client wait for T/2, as it comes at any moment.
				What: "by how much longer a reply takes / by how much longer the time-out is, 1 s against 4 s, select", Bar: Above(0.1),
				Needs: []Need{{"interval", []string{"select"}}},
				of:    func(e Evidence) Figure { return e.bounded("select", "interval", waitedOfTimeout) },
			},
			{
				What: "CPU while its one client is silent, ms a second, select", Bar: Above(1),
				Needs: []Need{{"interval", []string{"select"}}},
				of:    func(e Evidence) Figure { return e.bounded("select", "interval", idleCPU) },
			},
		},
	},
	{
		ID: "select-1024", Source: tutorials, Scope: InGo,
		Says: "select can watch 1,024 descriptors; raising the process's limit raises that.",
		Tests: []Test{
			fact("limit-2048", "highest descriptor that has a bit in select's sets, of a process that may have 1,024", "fdset_highest@1024", just(1023)),
			{
				What: "by how much that rises with the process's limit, 1,024 to 4,096", Bar: Above(1),
				Needs: []Need{{"facts", []string{"limit-2048"}}},
				of: func(e Evidence) Figure {
					return e.more("limit-2048", "facts", "fdset_highest@4096", "fdset_highest@1024")
				},
			},
			{
				What: "clients at which select stops, whose process may have more than 1,024 descriptors", Bar: Above(1024),
				Needs: []Need{{"cliff", []string{"select"}}},
				of:    func(e Evidence) Figure { return e.stops("select") },
			},
		},
	},
	{
		ID: "limit-2048", Source: tutorials, Scope: InGo,
		Says: "On 64-bit systems the default is 2,048; /proc/sys/fs/file-max sets it.",
		Tests: []Test{
			fact("limit-2048", "descriptors that select's sets hold", "fd_setsize", just(2048)),
			{
				What: "by how much a process's highest descriptor rises with its own limit, 512 to 4,096, under the same file-max", Bar: just(0),
				Needs: []Need{{"facts", []string{"limit-2048"}}},
				of:    func(e Evidence) Figure { return e.more("limit-2048", "facts", "highest@4096", "highest@512") },
			},
		},
	},
	{
		ID: "fdsetsize-walk", Source: tutorials, Scope: Mechanism,
		Says: "Every select call walks FD_SETSIZE entries, however few are watched.",
		Tests: []Test{{
			What: "CPU of a select over the same 10 sockets, at the highest descriptors / at the lowest", Bar: Between(0.95, 1.05),
			Needs: []Need{{"facts", []string{"fdsetsize-walk"}}},
			of:    Evidence.walked,
		}},
	},
	{
		ID: "regular-file", Source: tutorials, Scope: Mechanism,
		Says: "A regular file can be waited for like a socket.",
		Tests: []Test{
			fact("regular-file", "select calls a file at its end ready to be read (1: yes)", "file_select_read", never),
			fact("regular-file", "poll does (1: yes)", "file_poll_read", never),
			fact("regular-file", "errno with which epoll refuses a file (1: EPERM)", "file_epoll_errno", never),
		},
	},
	{
		ID: "no-lock-needed", Source: tutorials, Scope: InGo,
		Says: "Threads that share one connection need no lock.",
		Tests: []Test{
			{
				What: "pairs of 25 whose replies are swapped, three threads without a lock, two questions at a time", Bar: never,
				Needs: []Need{{"lock", []string{"unlocked"}}},
				of:    func(e Evidence) Figure { return e.figure("unlocked", "lock", "swapped") },
			},
		},
	},
	{
		ID: "parent-closes", Source: tutorials, Scope: InGo,
		Says: "After a fork the parent must close its copy, with threads it must not.",
		Tests: []Test{
			tidied("process"), tidied("thread"),
			handedOver("process", "the client is told the end (1: yes), the parent keeping its copy", "ended_kept", never),
			handedOver("process", "the same, the parent closing it", "ended_closed", always),
			handedOver("thread", "the client is served (1: yes), another thread closing the descriptor", "served_closed", never),
			handedOver("thread", "the same, nobody else closing it", "served_kept", always),
		},
	},
}

// switched is by CPU time. One of the two parties always runs, so the clock on the wall says the same, but for what others
// take of that CPU: a machine that is shared would make threads of coroutines.
func switched(kind string, bar Bar) Test {
	return Test{
		What: "switches in a second of CPU, " + kind, Bar: bar, Needs: []Need{{"switch", []string{kind}}},
		of: func(e Evidence) Figure { return e.figure(kind, "switch", "per_cpu_s") },
	}
}

func fact(name, what, figure string, bar Bar) Test {
	return Test{
		What: what, Bar: bar, Needs: []Need{{"facts", []string{name}}},
		of: func(e Evidence) Figure { return e.count(name, "facts", figure) },
	}
}

func tidied(model string) Test {
	return Test{
		What: "descriptors left after 1,000 clients have come and gone, " + model, Bar: never,
		Needs: []Need{{"descriptors", []string{model}}},
		of:    func(e Evidence) Figure { return e.count(model, "descriptors", "descriptors_left") },
	}
}

func handedOver(kind, what, figure string, bar Bar) Test {
	return Test{
		What: what, Bar: bar, Needs: []Need{{"copies", []string{kind}}},
		of: func(e Evidence) Figure { return e.count(kind, "copies", figure) },
	}
}
