package claims

import (
	"fmt"
	"math"

	"c10klab/clients/internal/target"
)

// Where they come from.
const (
	seda      = "Welsh, Culler, Brewer: SEDA: An Architecture for Well-Conditioned, Scalable Internet Services (SOSP 2001)"
	schroeder = "Schroeder, Wierman, Harchol-Balter: Open Versus Closed: A Cautionary Tale (NSDI 2006)"
	tene      = "Tene: How NOT to Measure Latency; wrk2"
)

// openLoop are about requests that come whether or not those before them have been answered.
var openLoop = []Claim{
	{
		ID: "overload", Source: seda, Figure: "93 s against 3.8 s", Scope: InGo,
		Says: "Under overload, admission control keeps the worst response bounded.",
		Tests: []Test{
			admission("threadpool", "longest response", "max_ms", AtMost(0.25)),
			admission("threadpool", "replies/s", "goodput_per_s", AtLeast(0.9)),
			fairly("threadpool"),
			admission("hybrid", "longest response", "max_ms", AtMost(0.25)),
			admission("hybrid", "replies/s", "goodput_per_s", AtLeast(0.9)),
			fairly("hybrid"),
		},
	},
	{
		ID: "closed-lies", Source: schroeder, Scope: InGo,
		Says: "At equal load a closed loop reports lower response times than an open one.",
		Tests: []Test{{
			What: "p99 of work at 0.8 of capacity, 16 users who think / as many requests/s that come unasked, epoll", Bar: AtMost(0.8),
			Needs: []Need{{"closed", []string{target.Reference}}},
			of:    func(e Evidence) Figure { return e.figure(target.Reference, "closed", "closed_over_open_p99_ratio") },
		}},
	},
	{
		ID: "omission", Source: tene, Scope: InGo,
		Says: "A stall of the server hides from a client that waits for it.",
		Tests: []Test{
			{
				What: "p99 of an open loop, of a window T with a stall S / (S - 0.01 T), epoll", Bar: Between(0.95, 1.05),
				Needs: []Need{{"omission", []string{target.Reference}}},
				of:    func(e Evidence) Figure { return e.bounded(target.Reference, "omission", openOfStall) },
			},
			{
				What: "by how much it moves the p99 of a closed loop / S, epoll", Bar: Bar{Low: -0.05, High: 0.05, Neutral: math.NaN()},
				Needs: []Need{{"omission", []string{target.Reference}}},
				of:    func(e Evidence) Figure { return e.bounded(target.Reference, "omission", closedOfStall) },
			},
		},
	},
}

// admission is a figure of a model at 1.5 times capacity, with -admit over without it.
func admission(model, what, figure string, bar Bar) Test {
	return Test{
		What: fmt.Sprintf("%s at 1.5 times capacity, with -admit / without, %s", what, model), Bar: bar,
		Needs: []Need{{"overload", []string{model}}},
		of:    func(e Evidence) Figure { return e.fraction("overload", model, "admit_"+figure, model, figure) },
	}
}

// fairly is whether those who are let in are not always the same.
func fairly(model string) Test {
	return Test{
		What: "Jain's index of the clients' replies with -admit, " + model, Bar: Above(0.9),
		Needs: []Need{{"overload", []string{model}}},
		of:    func(e Evidence) Figure { return e.figure(model, "overload", "admit_jain_index") },
	}
}
