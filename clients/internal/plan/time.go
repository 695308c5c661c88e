package plan

import (
	"slices"
	"time"

	"c10klab/clients/internal/models"
)

// What a trial takes beside its windows, from trials: two probes, two restarts
// and two stops; opening, asking once and closing a connection on each side.
const (
	perTrial      = 150 * time.Millisecond
	perCell       = 60 * time.Millisecond
	perConnection = 120 * time.Microsecond
	perThousands  = 330 * time.Microsecond // of a connection beside thousands that ask: slices lengthen with their number
	thousands     = 1000
	perDeclared   = 400 * time.Millisecond // a roll call that not all answer
)

// Estimate is how long the trial takes, roughly.
func (t Trial) Estimate() time.Duration {
	m, _ := models.Find(t.Model.Model)
	d := perTrial
	idle := 0
	for _, s := range t.Steps {
		for _, c := range s.Cells {
			if m.Declared(c.Clients()) != "" {
				d += perDeclared
				continue
			}
			active := perConnection
			if c.Connections > thousands {
				active = perThousands
			}
			d += perCell + c.Window + time.Duration(2*c.Connections)*active + time.Duration(c.Idle-idle)*perConnection
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

// windows is how much of the estimate is load.
func (p Plan) windows() time.Duration {
	var d time.Duration
	for _, t := range p.Trials {
		m, _ := models.Find(t.Model.Model)
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

// Chosen returns the names of the experiments that the plan makes.
func (p Plan) Chosen() []string {
	var names []string
	for _, t := range p.Trials {
		for _, s := range t.Steps {
			if !slices.Contains(names, s.Experiment.Name) {
				names = append(names, s.Experiment.Name)
			}
		}
	}
	return names
}
