package plan

import (
	"slices"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/target"
)

// block is a number of experiments that share one process in each trial, and
// the models that they are put to.
type block struct {
	name        string
	experiments []string
	models      []string                // none: all
	others      func(models.Model) bool // which of the rest have its first round
	rounds      func(rank int) int      // from the rank block's rounds
	twins       int                     // trials of the reference against its twin in each round
	most        map[string]int          // idle connections of a model; anyModel: of those not named; none: all
}

// anyModel stands for the models that a table does not name.
const anyModel = ""

// quick ranks every model by six rounds, and looks closer at those that a claim is about.
var quick = []block{
	{name: "rank", experiments: []string{"latency", "throughput"}, rounds: same, twins: 2},
	{
		name: "thousand", experiments: []string{"thousand"}, rounds: same, twins: 1,
		models: []string{"thread", target.Reference, "epolledge", "proactor"},
	},
	{
		name: "herd", experiments: []string{"herd"}, rounds: same, twins: 1,
		models: []string{"polling", "select", "poll", target.Reference, "epolledge"},
		// A pass over them takes polling as long as it takes to ask each; select has no room for more.
		most: map[string]int{"polling": 900, "select": 900, anyModel: 5000},
	},
	{
		name: "memory", experiments: []string{"memory"}, rounds: same, twins: 1,
		models: []string{"process", "thread", "goroutine"},
		others: func(m models.Model) bool {
			// What the herd shows already; and a model that serves K of N has no idle clients beyond K.
			return m.Serves() == 0 && !slices.Contains([]string{"polling", "select", "poll", target.Reference, "epolledge"}, m.Name)
		},
		most: map[string]int{"process": 200, "forkingserver": 200, "crew": 200, "thread": 2000, "goroutine": 2000, anyModel: 1000},
	},
	{
		name: "churn", experiments: []string{"churn"}, rounds: same, twins: 1,
		models: []string{"iterative", "process", "prefork", "thread", "threadpool", target.Reference},
	},
	{name: "busy", experiments: []string{"busy"}, rounds: same, twins: 1, models: []string{"hybrid", target.Reference}},
	{
		name: "wait", experiments: []string{"wait"}, rounds: twice,
		models: []string{"prefork", "thread", "threadpool", target.Reference, "hybrid", "generator", "greenlet", "goroutine"},
	},
	{name: "second", experiments: []string{"second"}, rounds: once},
	{name: "omission", experiments: []string{"omission"}, rounds: once, models: []string{target.Reference}},
	{name: "interval", experiments: []string{"interval"}, rounds: once, models: []string{"select", "events"}},
	{name: "descriptors", experiments: []string{"descriptors"}, rounds: once, models: []string{"process", "thread"}},
	{name: "kernel", experiments: []string{"switch", "facts", "lock", "copies"}, rounds: same},
	{name: "c10k", experiments: []string{"c10k"}, rounds: once, models: []string{"thread", target.Reference, "goroutine"}},
	hop,
}

// hop is of either plan, where its ways are up: they are only where somebody asked for them.
var hop = block{name: "hop", experiments: []string{"hop"}, rounds: same, twins: 1}

func once(int) int { return 1 }

func twice(rank int) int { return min(rank, 2) }
func same(rank int) int  { return rank }
func third(rank int) int { return (rank + 2) / 3 }

// covers says whether the block has a trial of this model in this round.
func (b block) covers(m target.Service, round int, o Options) bool {
	if b.free(o) || len(b.models) == 0 || slices.Contains(b.models, m.Model) {
		return true
	}
	known, _ := models.Find(m.Model, m.Args...)
	return round == 1 && b.others != nil && b.others(known)
}

// free says that who asks for experiments and models by name gets just those,
// however the plan divides its time.
func (b block) free(o Options) bool { return len(o.Experiments) > 0 && len(o.Named) > 0 }

// idle is how many idle connections a model has at most in this block; -1: as many as the experiment has.
func (b block) idle(model string, o Options) int {
	if b.free(o) || b.most == nil {
		return -1
	}
	if n, ok := b.most[model]; ok {
		return n
	}
	return b.most[anyModel]
}

// contenders are the models of a round. The reference is in every run; a block
// is not made for its sake alone, unless it was named.
func (b block) contenders(o Options, round int) []target.Service {
	var out []target.Service
	alone := true
	for _, m := range o.Models {
		if b.covers(m, round, o) {
			out = append(out, m)
			alone = alone && m.Model == target.Reference
		}
	}
	if alone && len(o.Named) > 0 && !slices.Contains(o.Named, target.Reference) {
		return nil
	}
	return out
}
