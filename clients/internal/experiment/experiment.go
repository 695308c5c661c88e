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
	"c10klab/services/protocol"
)

// Experiment is one question. It is put in one of three ways: Load compares a contender with the reference, both
// loaded by turns; Ask has something to find out about one service alone; Bare about the machine, without any service.
type Experiment struct {
	Name   string
	About  string // one line: what is connected and what is learnt
	Metric result.Metric
	Cells  []Cell         // in the order in which they are measured
	Apps   []protocol.App // that the services serve meanwhile; the first is the one that is measured; none: echo alone
	CPUs   int            // that the services may run on; 0: all of theirs
	Alone  bool           // each cell has a fresh process; otherwise the cells share one, in their order

	Counts    bool // what it finds are counts, which a busy machine does not change
	Paths     bool // its contenders are the reference on other ways than the bridge, and no models
	Saturates bool // somebody should be busy all the time: who it is belongs to the figure

	Open Open // connects the clients; nil: they stay, and ask for echo
	Load Load
	Ask  Ask
	Bare Bare
}

// App is the application that is measured.
func (e Experiment) App() protocol.App {
	if len(e.Apps) == 0 {
		return protocol.Echo
	}
	return e.Apps[0]
}

// Users reports whether its clients stay, and each asks again when it has the reply: then they obey Little's law, and should be
// served alike.
func (e Experiment) Users() bool { return e.Load != nil && e.Open == nil }

// Serves are the applications that the services serve in its trials.
func (e Experiment) Serves() []protocol.App {
	if len(e.Apps) == 0 {
		return []protocol.App{protocol.Echo}
	}
	return e.Apps
}

// Cell is one load of an experiment.
type Cell struct {
	Connections int           // active connections on each side
	Idle        int           // silent ones beside them, on the contender alone, which stay for the cells that follow
	Visits      int           // clients that come and go instead, so many at a time
	Window      time.Duration // of load, both sides together; what an Ask or a Bare takes
	Slice       time.Duration // the measured part of a slice of it; 0: the engine's own
	Once        bool          // in the first round alone: it takes too long for more
	Load        string        // what the clients do, in words; empty: each asks, and asks again when it has the reply
	Metric      result.Metric // empty: the experiment's
	Step        float64       // what differs from the cell before, where it is none of these; Load says what it is
}

// Compares is the metric of one of its cells.
func (e Experiment) Compares(c Cell) result.Metric {
	if c.Metric != "" {
		return c.Metric
	}
	return e.Metric
}

// Clients is how many clients the contender has in this cell.
func (c Cell) Clients() int { return c.Connections + c.Idle }

// Open connects a cell's active clients to one side.
type Open func(ctx context.Context, e Engines, side Address, c Cell) (Conns, error)

// Address is where one side serves an application: host:port.
type Address func(app protocol.App) string

// Engines make the engines that a trial's clients need, each a thread on the client's CPU. The trial closes them.
type Engines interface {
	// Engine is the one with these options; asked again with a name that it knows, it is the same one. Its CPU is set.
	Engine(name string, options engine.Options) (*engine.Engine, error)
}

// Conns are connections to one side.
type Conns interface {
	engine.Side
	Check(ctx context.Context, within time.Duration) (answered int, err error)
	Close()
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

// all are in the order in which they are told.
var all = []Experiment{latency, throughput, thousand, herd, memory, churn, fair, second, busy, waiting, pools, slow, scale, rate, capacity, overload, closedOpen, omission, interval, descriptors, switching, facts, lock, copies, cliff, tenThousand, burst, cores, spread, tail, hop}

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
