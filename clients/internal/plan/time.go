package plan

import (
	"slices"
	"time"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/target"
)

// What a trial takes beside its windows, from trials: two probes, two restarts
// and two stops; opening, asking once and closing a connection on each side.
const (
	perTrial      = 200 * time.Millisecond
	perCell       = 40 * time.Millisecond
	perRound      = 100 * time.Millisecond // by which slices, which come four at a time, exceed their window
	perConnection = 120 * time.Microsecond
	perSilent     = 60 * time.Microsecond
	perThousands  = 330 * time.Microsecond // of a connection beside thousands that ask: slices lengthen with their number
	thousands     = 1000
	perProcess    = 3 * time.Millisecond   // of a connection that a process is started for
	perDeclared   = 400 * time.Millisecond // a roll call that not all answer
	slower        = 2                      // how often gate 3 asks a load again with a slower client, for half of its window, in the first round
)

// connecting is how long it takes to connect so many clients, beside that many others.
func connecting(m models.Model, clients, others int) time.Duration {
	switch {
	case m.Starts:
		return time.Duration(clients) * perProcess
	case clients+others > thousands:
		return time.Duration(clients) * perThousands
	}
	return time.Duration(clients) * perConnection
}

// quiet is how long it takes to connect so many clients that stay silent.
func quiet(m models.Model, clients int) time.Duration {
	if m.Starts {
		return time.Duration(clients) * perProcess
	}
	return time.Duration(clients) * perSilent
}

// load is how long the load of a cell takes.
func load(m models.Model, c experiment.Cell) time.Duration {
	d := max(c.Window, experiment.Least(m.Restless))
	if c.Connections > 1 {
		d += perRound
	}
	return d
}

// Estimate is how long the trial takes, roughly.
func (t Trial) Estimate() time.Duration {
	m, _ := models.Find(t.Model.Mechanism(), t.Model.Args...)
	reference, _ := models.Find(target.Reference)
	d := perTrial
	idle := 0
	for _, s := range t.Steps {
		for _, c := range s.Cells {
			if m.Declared(c.Clients()) != "" {
				d += perDeclared
				continue
			}
			d += perCell + load(m, c) + connecting(m, c.Connections, c.Connections) + connecting(reference, c.Connections, c.Connections)
			d += quiet(m, c.Idle-idle)
			if t.Round == 1 && s.Experiment.Saturates && c.Connections > 1 {
				d += slower * c.Window / 2
			}
			idle = c.Idle
		}
	}
	return d
}

// Estimate is how long all the trials take, roughly.
func (p Plan) Estimate() time.Duration {
	var d time.Duration
	for _, t := range p.Trials {
		d += t.Estimate()
	}
	return d
}

// limits are how long a whole run by each plan may take.
var limits = map[string]time.Duration{"quick": 8 * time.Minute, "full": 45 * time.Minute}

// Limit is how long a run may take, all told, before trials on a busy machine are no longer made again. A part of a plan, or
// more than it, has a quarter of its own time for that and for getting ready, and a minute at least.
func (p Plan) Limit() time.Duration {
	const toEnd = 10 * time.Second // the services are given back, the report is written
	if whole := len(p.Experiments)+len(p.Named) == 0 && p.Load == nil && p.Rounds == usualRounds && p.Factor == 1; !whole {
		return p.Estimate() + max(p.Estimate()/4, time.Minute)
	}
	if p.Name == "full" { // which ends there, whoever takes part
		return limits[p.Name] - toEnd
	}
	return limits[p.Name] - toEnd + p.inC()
}

// inC is how long the programs in C take, which are there for those who ask for them: they come on top.
func (p Plan) inC() time.Duration {
	var d time.Duration
	for _, t := range p.Trials {
		if t.Model.Yardstick != "" {
			d += t.Estimate()
		}
	}
	return d
}

// usualRounds are those of a plan of which nobody asks more or fewer.
const usualRounds = 6

// windows is how much of the estimate is load.
func (p Plan) windows() time.Duration {
	var d time.Duration
	for _, t := range p.Trials {
		m, _ := models.Find(t.Model.Mechanism(), t.Model.Args...)
		for _, s := range t.Steps {
			for _, c := range s.Cells {
				if m.Declared(c.Clients()) == "" {
					d += c.Window
				}
			}
		}
	}
	return d
}

// Overhead is how much of the estimate is no load.
func (p Plan) Overhead() time.Duration { return p.Estimate() - p.windows() }

// FactorFor returns the factor with which the plan takes about that long; 0 if
// it can't be so short.
func (p Plan) FactorFor(total time.Duration) float64 {
	if p.windows() == 0 || total <= p.Overhead() {
		return 0
	}
	return p.Factor * float64(total-p.Overhead()) / float64(p.windows())
}

// Chosen returns the names of the experiments that the plan puts to models.
func (p Plan) Chosen() []string {
	var names []string
	for _, t := range p.Trials {
		for _, s := range t.Steps {
			if !t.Planted() && !slices.Contains(names, s.Experiment.Name) {
				names = append(names, s.Experiment.Name)
			}
		}
	}
	return names
}
