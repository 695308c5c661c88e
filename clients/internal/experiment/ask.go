package experiment

import (
	"context"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/models"
	"c10klab/services/protocol"
)

// Ask finds something out about one service alone, which runs in a fresh process and serves the experiment's
// applications. What it finds on its way to an error is kept.
type Ask func(ctx context.Context, s Subject, c Cell) (Answer, error)

// Subject is the service that is asked, and what it is asked with.
type Subject interface {
	Engines
	Model() models.Model
	Addr(app protocol.App) string
	Fresh(ctx context.Context, args ...string) error // another fresh process, with these flags further
	// FreshOn is Fresh on the first cpus of the service's CPUs alone; 0: on all. Where it has fewer the error is a *control.RefusedError with status 409.
	FreshOn(ctx context.Context, cpus int, args ...string) error
	Read(ctx context.Context) (control.Reading, error)
	Signal(ctx context.Context, name string) error // STOP or CONT
	CPU() int                                      // the client's; -1: it is not pinned
	Seed() uint64                                  // the trial's own
}

// Answer is what was found.
type Answer struct {
	Figures  map[string]float64 // a name ends in its unit, and may name a step after "@": p99_us@8000
	Notes    map[string]string  // what is no number
	Withheld string             // why the figures may not be shown; empty: they may
	Bound    string             // why there are none, by the model's nature or its limits: "stops at 1,015: ..."
	Refused  string             // why this machine can't answer
}

// Bare finds something out about the machine. What it finds is by name, for it may be of several things: a thread, a process.
type Bare func(ctx context.Context, m Machine, c Cell) (map[string]Answer, error)

// Machine is what a Bare experiment may use.
type Machine struct {
	CPU  int // the client's; -1: not pinned
	Seed uint64
}
