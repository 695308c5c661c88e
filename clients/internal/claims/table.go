package claims

import (
	"slices"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// Where claims come from.
const (
	tutorials = "the tutorials that the lab grew out of"
	gammo     = "Gammo, Brecht, Shukla, Pariag: Comparing and Evaluating epoll, select, and poll Event Mechanisms (Ottawa Linux Symposium 2004)"
	banga     = "Banga, Mogul: Scalable kernel performance for Internet servers under realistic loads (USENIX 1998)"
	pariag    = "Pariag et al.: Comparing the Performance of Web Server Architectures (EuroSys 2007)"
	matklad   = "matklad.github.io: measuring memory usage of threads and goroutines"
	frevib    = "github.com/frevib/io_uring-echo-server: its benchmarks, which its issue 8 disputes"
)

// farMore than the 1,024 of select.
const farMore = 4 * 1024

// The cells that claims are about.
var (
	alone    = cell{"latency", 1, 0}
	busy     = cell{"throughput", 64, 0}
	thousand = cell{"thousand", 1000, 0}
	herd     = func(idle int) cell { return cell{"herd", 1, idle} }
)

// all are in the order in which they are told.
var all = slices.Concat(readiness, connections, openLoop, kernel, limits)

var readiness = []Claim{
	{
		ID: "switching-costs", Source: tutorials + "; " + pariag, Figure: "about 18 %", Scope: InGo,
		Says: "With many clients, switching between threads costs: event loops do better.",
		Tests: []Test{{
			What: "replies/s with 1,000 clients, epoll / thread", Bar: AtLeast(1.10),
			Needs: []Need{{"thousand", []string{"thread"}}},
			of:    func(e Evidence) Figure { return inverse(e.against("thread", thousand, ratio)) },
		}},
	},
	{
		ID: "polling-wastes", Source: tutorials, Scope: InGo,
		Says: "Asking every socket, busy or not, wastes the CPU however few are active.",
		Tests: []Test{{
			What: "CPU per request of 1 active client beside 900 idle ones, polling / epoll", Bar: AtLeast(10),
			Needs: []Need{{"herd", []string{"polling"}}},
			of:    func(e Evidence) Figure { return e.against("polling", herd(900), cpu) },
		}},
	},
	{
		ID: "scan-linear", Source: tutorials + "; " + gammo + "; " + banga, Scope: InGo,
		Says: "What select and poll cost grows with the watched, not the active.",
		Tests: []Test{
			steep("select"), straight("select"), steep("poll"), straight("poll"),
		},
	},
	{
		ID: "epoll-flat", Source: tutorials, Scope: InGo,
		Says: "What epoll costs follows the active, whatever the total; far more than 1,024 fit.",
		Tests: []Test{
			{
				What: "CPU per request of 1 active client beside the largest herd / beside none, epoll", Bar: AtMost(1.10),
				Needs: []Need{{"herd", []string{"epoll"}}},
				of:    func(e Evidence) Figure { return e.growth("epoll", "herd", cpu) },
			},
			{
				What: "clients that it has at once, all of them answered at the roll calls, epoll", Bar: Above(farMore),
				Needs: []Need{{"herd", []string{"epoll"}}},
				of:    func(e Evidence) Figure { return e.serves("epoll", "herd", farMore) },
			},
		},
	},
	{
		ID: "few-idle-tie", Source: gammo, Scope: InGo,
		Says: "With no idle connections select and poll match epoll, or slightly beat it.",
		Tests: []Test{
			{"replies/s of 64 clients, select / epoll", []Need{{"throughput", []string{"select"}}}, AtLeast(0.95), of64("select", ratio)},
			{"CPU per request of 64 clients, select / epoll", []Need{{"throughput", []string{"select"}}}, AtMost(1.05), of64("select", cpu)},
			{"replies/s of 64 clients, poll / epoll", []Need{{"throughput", []string{"poll"}}}, AtLeast(0.95), of64("poll", ratio)},
			{"CPU per request of 64 clients, poll / epoll", []Need{{"throughput", []string{"poll"}}}, AtMost(1.05), of64("poll", cpu)},
		},
	},
	{
		ID: "edge-helps-little", Source: gammo, Scope: InGo,
		Says: "Edge-triggered saves system calls but adds little throughput.",
		Tests: []Test{
			{"replies/s of 64 clients, epolledge / epoll", []Need{{"throughput", []string{"epolledge"}}}, Between(0.95, 1.05), of64("epolledge", ratio)},
		},
	},
	{
		ID: "selector-picks", Source: tutorials, Scope: InGo,
		Says: "selectors takes the best that the system has.",
		Tests: []Test{{
			What: "CPU per request of 64 clients, selectors (which chose epoll) / epoll", Bar: AtMost(1.05),
			Needs: []Need{{"throughput", []string{"selectors"}}},
			of:    func(e Evidence) Figure { return e.waiting("selectors", busy, "epoll_pwait", cpu) },
		}},
	},
	{
		ID: "three-threads", Source: tutorials, Scope: InGo,
		Says: "Three threads for every connection serve it better than one.",
		Tests: []Test{
			{"replies/s of 64 clients, crew / thread", []Need{{"throughput", []string{"crew", "thread"}}}, AtLeast(1), func(e Evidence) Figure { return e.between("crew", "thread", busy, ratio) }},
		},
	},
	{
		ID: "uring-faster", Source: frevib, Figure: "60 % at 1,000 clients, nothing at 1", Scope: InGo,
		Says: "io_uring beats epoll by 60 % at 1,000 clients, by nothing at 1.",
		Tests: []Test{
			{"replies/s of 1,000 clients, proactor / epoll", []Need{{"thousand", []string{"proactor"}}}, AtLeast(1.30), func(e Evidence) Figure { return e.against("proactor", thousand, ratio) }},
			{"response time of 1 client, proactor / epoll", []Need{{"latency", []string{"proactor"}}}, Between(0.95, 1.05), func(e Evidence) Figure { return e.against("proactor", alone, ratio) }},
		},
	},
	{
		ID: "goroutine-memory", Source: matklad, Figure: "2.7", Scope: InGo,
		Says: "10,000 threads cost 2.7 times what 10,000 goroutines do.",
		Tests: []Test{{
			What: "memory of an idle connection, own and kernel's, thread / goroutine", Bar: Between(2.0, 3.5),
			Needs: []Need{{"memory", []string{"thread", "goroutine"}}},
			of:    func(e Evidence) Figure { return e.memory("thread", "goroutine") },
		}},
	},
}

func of64(model string, of measure) func(Evidence) Figure {
	return func(e Evidence) Figure { return e.against(model, busy, of) }
}

// spent is the server's CPU for a request of the active client, in ns.
func spent(r result.Record) float64 { return 1e3 * r.Contender.CPU }

func steep(model string) Test {
	return Test{
		What: "CPU that each idle client adds to a request of the active one, ns, " + model, Bar: Above(20),
		Needs: []Need{{"herd", []string{model}}},
		of: func(e Evidence) Figure {
			return e.line(model, "herd", spent, func(l stats.Line) float64 { return l.Slope })
		},
	}
}

func straight(model string) Test {
	return Test{
		What: "R squared of the line through it, " + model, Bar: Above(0.95),
		Needs: []Need{{"herd", []string{model}}},
		of: func(e Evidence) Figure {
			return e.line(model, "herd", spent, func(l stats.Line) float64 { return l.R2 })
		},
	}
}
