// Package experiment holds the experiments, one file each: what is connected,
// which load is put on, what is compared.
package experiment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
)

// Experiment is one question put to every model.
type Experiment struct {
	Name   string
	About  string // one line: what is connected and what is learnt
	Metric result.Metric
	Cells  []Cell // in the order in which they are measured
	Load   Load
	Alone  bool // each cell has a fresh process; otherwise the cells share one, in their order
}

// Cell is one load of an experiment.
type Cell struct {
	Connections int           // active connections on each side
	Idle        int           // silent ones beside them, on the contender alone, which stay for the cells that follow
	Window      time.Duration // of load, both sides together
	Once        bool          // in the first round alone: it takes too long for more
}

// Clients is how many clients the contender has in this cell.
func (c Cell) Clients() int { return c.Connections + c.Idle }

// Conns are connections to one side.
type Conns interface {
	engine.Side
	Check(ctx context.Context, within time.Duration) (answered int, err error)
}

// Sides are the two targets of a trial, connected.
type Sides struct {
	Contender Conns
	Reference Conns
	// Hold stops the contender's processes, or lets them go on. It is nil for
	// a model that runs only when it is asked; one that runs unasked would take its
	// share of the CPU while the reference is measured.
	Hold func(stop bool) error
}

// Load puts the cell's load on both sides and returns what was measured, at an
// error or the context's end as well.
type Load func(ctx context.Context, e *engine.Engine, s Sides, c Cell) (engine.Paired, error)

var all = []Experiment{latency, throughput, thousand, herd, memory, scale}

// All returns the experiments in the order in which they are told.
func All() []Experiment { return all }

// Names returns their names.
func Names() []string {
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.Name
	}
	return names
}

// Find returns the experiment of that name.
func Find(name string) (Experiment, error) {
	for _, e := range all {
		if e.Name == name {
			return e, nil
		}
	}
	return Experiment{}, fmt.Errorf("no experiment %q: choose from %s", name, strings.Join(Names(), ", "))
}
