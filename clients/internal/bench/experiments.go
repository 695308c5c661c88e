package main

import (
	"fmt"
	"regexp"
	"strings"
)

// experiment measures one or more figures at once, one value of each a round.
type experiment struct {
	name    string
	figures []figure
	once    func(b *bench) ([]float64, error)
}

// races are the comparisons of two servers. Readiness is held to select's 1,024
// descriptors at 64 connections, and to epoll's lack of a limit at 1,000.
var races = []race{
	{name: "epoll-64", ours: service("epoll"), theirs: inC("epoll"), connections: 64, rate: 0.94, cpu: 1.08},
	{name: "epoll-1000", ours: service("epoll"), theirs: inC("epoll"), connections: 1000, rate: 0.94, cpu: 1.08},
	{name: "epoll-10000", ours: service("epoll"), theirs: inC("epoll"), connections: 10_000, rate: 0.94, cpu: 1.08},
	{name: "select-64", ours: service("select"), theirs: inC("epoll"), connections: 64, rate: 0.9},
	{name: "poll-64", ours: service("poll"), theirs: inC("epoll"), connections: 64, rate: 0.9},
	{name: "epolledge-64", ours: service("epolledge"), theirs: inC("epoll"), connections: 64, rate: 0.9},
	{name: "epolledge-1000", ours: service("epolledge"), theirs: inC("epoll"), connections: 1000, rate: 0.9},
	{name: "selectors-64", ours: service("selectors"), theirs: inC("epoll"), connections: 64, rate: 0.9},
	{name: "selectors-1000", ours: service("selectors"), theirs: inC("epoll"), connections: 1000, rate: 0.9},
	{name: "reactor-64", ours: service("reactor"), theirs: inC("epoll"), connections: 64, rate: 0.9},
	{name: "reactor-1000", ours: service("reactor"), theirs: inC("epoll"), connections: 1000, rate: 0.9},
	{name: "proactor-64", ours: service("proactor"), theirs: inC("uring"), connections: 64, rate: 0.9},
	{name: "proactor-1000", ours: service("proactor"), theirs: inC("uring"), connections: 1000, rate: 0.9},
	{name: "proactor-epoll-1000", ours: service("proactor"), theirs: service("epoll"), connections: 1000, cpu: 1},
	{name: "multireactor-64", ours: service("multireactor"), theirs: service("epoll"), connections: 64, rate: 0.9},
	{name: "hybrid-64", ours: service("hybrid"), theirs: service("epoll"), connections: 64, rate: 0.6},
	{name: "generator-64", ours: service("generator"), theirs: service("epoll"), connections: 64, rate: 0.9},
	{name: "greenlet-64", ours: service("greenlet"), theirs: service("epoll"), connections: 64, rate: 0.9},
	{name: "goroutine-64", ours: service("goroutine"), theirs: inGo("netecho"), connections: 64, rate: 0.97},
	{name: "thread-64", ours: service("thread"), theirs: inC("thread"), connections: 64, rate: 0.8},
	{name: "thread-1000", ours: service("thread"), theirs: inC("thread"), connections: 1000, rate: 0.8},
}

// memories are the services' own memory of an idle connection. (The kernel's part is
// another 20 KB for a thread, and the same for all others.)
var memories = []memory{
	{service: "select", herds: []int{100, 400, 900}, bar: 0.3}, // it serves up to descriptor 1,023
	{service: "poll", herds: herds, bar: 0.3},
	{service: "epoll", herds: herds, bar: 0.3},
	{service: "epolledge", herds: herds, bar: 0.3},
	{service: "selectors", herds: herds, bar: 0.3},
	{service: "reactor", herds: herds, bar: 0.3},
	{service: "multireactor", herds: herds, bar: 0.3},
	{service: "hybrid", herds: herds, bar: 0.3},
	{service: "generator", herds: herds, bar: 6},
	{service: "greenlet", herds: herds, bar: 6},
	{service: "goroutine", herds: herds, bar: 8},
	{service: "thread", herds: herds, bar: 22},
}

// experiments lists everything in the order in which it is measured.
func experiments() []experiment {
	var list []experiment
	for _, r := range races {
		list = append(list, experiment{r.name, r.figures(), r.once})
	}
	list = append(list,
		experiment{"process-churn", churnFigure, churnOnce},
		experiment{"engine-64", engineFigure(64, 0.95), engineOnce(64)},
		experiment{"engine-1000", engineFigure(1000, 0.93), engineOnce(1000)},
		experiment{"wrk", wrkFigure, wrkOnce})
	for _, m := range memories {
		list = append(list, experiment{"memory-" + m.service, m.figures(), m.once})
	}
	return list
}

// chosen returns the experiments whose name the expression finds.
func chosen(expression string) ([]experiment, error) {
	wanted, err := regexp.Compile(expression)
	if err != nil {
		return nil, fmt.Errorf("-only: %w", err)
	}
	var out []experiment
	var names []string
	for _, e := range experiments() {
		names = append(names, e.name)
		if wanted.MatchString(e.name) {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("-only: %q finds no figure's name: choose from %s", expression, strings.Join(names, ", "))
	}
	return out, nil
}

// listing has a line for each figure: its experiment's name, what it is, its bar.
func listing(list []experiment) string {
	var b strings.Builder
	for _, e := range list {
		for _, f := range e.figures {
			fmt.Fprintf(&b, "  %-20s %-58s %s\n", e.name, f.what, f.barText())
		}
	}
	return b.String()
}
