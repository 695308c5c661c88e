package plan

import "c10klab/clients/internal/target"

// full puts nearly everything to every model, in 45 minutes on two cores.
var full = []block{
	{name: "rank", experiments: []string{"latency", "throughput"}, rounds: same, twins: 2},
	{name: "thousand", experiments: []string{"thousand"}, rounds: same, twins: 2},
	{
		name: "herd", experiments: []string{"herd"}, rounds: same, twins: 1,
		models: []string{"polling", "select", "poll", "epoll", "epolledge", "selectors", "reactor", "generator", "greenlet", "goroutine", "proactor"},
		most:   map[string]int{"polling": 900, "select": 900, anyModel: 10000},
	},
	{
		name: "memory", experiments: []string{"memory"}, rounds: same, twins: 1,
		most: map[string]int{"process": 200, "forkingserver": 200, "crew": 1000, anyModel: 2000},
	},
	{name: "churn", experiments: []string{"churn"}, rounds: same, twins: 2},
	{name: "fair", experiments: []string{"fair"}, rounds: same, models: []string{"prefork", "threadpool"}},
	{name: "second", experiments: []string{"second"}, rounds: once},
	{
		name: "busy", experiments: []string{"busy"}, rounds: same, twins: 1,
		models: []string{"thread", "threadpool", "epoll", "hybrid", "generator", "goroutine"},
	},
	{name: "wait", experiments: []string{"wait"}, rounds: twice},
	{name: "pools", experiments: []string{"pools"}, rounds: twice, models: []string{"prefork", "threadpool", "hybrid"}},
	{
		name: "slow", experiments: []string{"slow"}, rounds: same, twins: 1,
		models: []string{"process", "thread", "select", "poll", "epoll", "hybrid", "goroutine", "proactor"},
	},
	{name: "scale", experiments: []string{"scale"}, rounds: third, twins: 1},
	{name: "rate", experiments: []string{"rate"}, rounds: same, twins: 2},
	{name: "capacity", experiments: []string{"capacity"}, rounds: once},
	{name: "overload", experiments: []string{"overload"}, rounds: same, models: []string{"threadpool", "hybrid"}},
	{name: "closed", experiments: []string{"closed"}, rounds: same, models: []string{target.Reference}},
	{name: "omission", experiments: []string{"omission"}, rounds: once, models: []string{target.Reference}},
	{name: "interval", experiments: []string{"interval"}, rounds: once, models: []string{"select", "events"}},
	{name: "descriptors", experiments: []string{"descriptors"}, rounds: once, models: []string{"process", "thread"}},
	{name: "kernel", experiments: []string{"switch", "facts", "lock", "copies"}, rounds: same},
	{name: "c10k", experiments: []string{"c10k"}, rounds: once},
	{name: "cliff", experiments: []string{"cliff"}, rounds: once},
	{name: "burst", experiments: []string{"burst"}, rounds: same, models: []string{target.Reference}},
	{
		name: "cores", experiments: []string{"cores"}, rounds: same,
		models: []string{"process", "thread", target.Reference, "multireactor", "generator", "greenlet", "goroutine", "python"},
	},
	hop,
	{name: "spread", experiments: []string{"spread", "tail"}, rounds: same, models: []string{"multireactor"}},
}
