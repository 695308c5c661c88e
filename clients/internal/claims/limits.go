package claims

import "c10klab/clients/internal/target"

// Where they come from.
const (
	kegel      = "Kegel: The C10K problem (kegel.com/c10k.html)"
	cloudflare = "Majkowski: Why does one NGINX worker take all the load? (Cloudflare's blog, 2017)"
)

// python is the model of a Python server of one's own: a service with the label lab.model: python.
const python = "python"

// limits are about how much there may be of something: clients, those who come in one moment, CPUs.
var limits = []Claim{
	{
		ID: "c10k", Source: kegel, Figure: "10,000", Scope: InGo,
		Says: "One machine serves 10,000 clients at once.",
		Tests: []Test{{
			What: "of 10,000 clients, how many are answered at a roll call within the limits, by the model that answers most", Bar: Above(10000),
			Needs: []Need{{"c10k", []string{"each that takes part"}}},
			of:    func(e Evidence) Figure { return e.best("c10k", "answered") },
		}},
	},
	{
		ID: "backlog", Source: tutorials, Scope: InGo,
		Says: "The number given to listen changes what a burst of clients sees.",
		Tests: []Test{
			{
				What: "99th percentile of the times that 1,000 connects in one moment take, backlog 5 / 4096, epoll", Bar: AtLeast(2),
				Needs: []Need{{"burst", []string{target.Reference}}},
				of: func(e Evidence) Figure {
					return e.fraction("burst", target.Reference, "connect_p99_us@5", target.Reference, "connect_p99_us@4096")
				},
			},
			bursting("of these 1,000, how many must try again, backlog 5, epoll", "retried@5", Above(10)),
			bursting("the same with a backlog of 4096, epoll", "retried@4096", never),
		},
	},
	{
		ID: "coroutines-cpu", Source: tutorials, Scope: InGo,
		Says: "Coroutines, and servers of one loop, gain nothing on computing.",
		Tests: []Test{
			computing("generator", "two_over_one_ratio", AtMost(1.05)),
			computing("greenlet", "two_over_one_ratio", AtMost(1.05)),
			computing(target.Reference, "two_over_one_ratio", AtMost(1.05)),
		},
	},
	{
		ID: "goroutine-cpu", Source: tutorials, Scope: InGo,
		Says: "Nor does what takes their place here, goroutines, threads and processes, gain most of a second CPU on computing.",
		Tests: []Test{
			computing("goroutine", "two_over_one_ratio", AtMost(1.7)),
			computing("thread", "two_over_one_ratio", AtMost(1.7)),
			computing("process", "two_over_one_ratio", AtMost(1.7)),
			{
				What: "replies/s of work, 2 CPUs and -procs 1 / 1 CPU, goroutine (which is what gevent is)", Bar: AtMost(1.05),
				Needs: []Need{{"cores", []string{"goroutine"}}},
				of:    func(e Evidence) Figure { return e.figure("goroutine", "cores", "procs1_two_over_one_ratio") },
			},
		},
	},
	{
		ID: "python-threads", Source: tutorials, Scope: "in Python",
		Says: "Python's threads do not speed up computing.",
		Tests: []Test{{
			What: "replies/s of work, 2 CPUs / 1, threads of a Python server (a service of one's own, lab.model: python)", Bar: AtMost(1.05),
			Needs: []Need{{"cores", []string{python}}},
			of:    func(e Evidence) Figure { return e.ofOnesOwn(python, "cores", "two_over_one_ratio") },
		}},
	},
	{
		ID: "reuseport-spread", Source: cloudflare, Scope: InGo,
		Says: "One shared listening socket loads workers unevenly; SO_REUSEPORT evens them, and raises the tail.",
		Tests: []Test{
			dealt("shared", AtLeast(1.5)), dealt("reuseport", AtMost(1.5)),
			{
				What: "99th percentile of visits to 4 workers on 4 CPUs, -listen reuseport / shared, multireactor", Bar: AtLeast(1.10),
				Needs: []Need{{"tail", []string{"multireactor"}}},
				of:    func(e Evidence) Figure { return e.figure("multireactor", "tail", "reuseport_over_shared_p99_ratio") },
			},
		},
	},
}

func bursting(what, figure string, bar Bar) Test {
	return Test{
		What: what, Bar: bar, Needs: []Need{{"burst", []string{target.Reference}}},
		of: func(e Evidence) Figure { return e.figure(target.Reference, "burst", figure) },
	}
}

func computing(model, figure string, bar Bar) Test {
	return Test{
		What: "replies/s of work, 2 CPUs / 1, " + model, Bar: bar, Needs: []Need{{"cores", []string{model}}},
		of: func(e Evidence) Figure { return e.figure(model, "cores", figure) },
	}
}

func dealt(listen string, bar Bar) Test {
	return Test{
		What: "of 400 clients, those of the busiest of 4 workers / an even share, -listen " + listen + ", multireactor", Bar: bar,
		Needs: []Need{{"spread", []string{"multireactor"}}},
		of:    func(e Evidence) Figure { return e.figure("multireactor", "spread", listen+"_busiest_ratio") },
	}
}
