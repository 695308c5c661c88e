package result

import (
	"time"

	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/target"
)

// Manifest says under which conditions a run was made.
type Manifest struct {
	Version  int       `json:"version"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
	Complete bool      `json:"complete"` // false while it runs, and for ever if it was interrupted
	Revision string    `json:"revision"` // of the source, with -dirty if it was changed; empty: not known

	Plan     Plan          `json:"plan"`
	Services []Participant `json:"services"`
	Absent   []string      `json:"absent,omitempty"` // services that never came up, and why

	Network string        `json:"network"` // which way the bytes go
	Pinning pin.Choice    `json:"pinning"`
	Pinned  string        `json:"pinning_problem,omitempty"` // why the client could not be pinned
	Machine machine.Facts `json:"machine"`
}

// Plan is what was to be measured.
type Plan struct {
	Name        string   `json:"name"`
	Seed        uint64   `json:"seed"`
	Experiments []string `json:"experiments"`
	Rounds      int      `json:"rounds"`      // of the rank block
	TimeFactor  float64  `json:"time_factor"` // of every measured window
	Estimate    float64  `json:"estimate_s"`
	Order       []string `json:"order"` // of the trials: block, round, model
}

// Participant is one service of a run.
type Participant struct {
	target.Service
	Found       map[string]float64 `json:"limits_found"` // from inside; a limit that is not there is left out
	CPUs        string             `json:"cpus_found,omitempty"`
	CPUSource   string             `json:"cpu_source,omitempty"`      // what CPU times are read from
	Sizes       map[string]string  `json:"sizes,omitempty"`           // that decide what the model can do: pool, queue, poll, ...
	Verified    Verified           `json:"verified"`                  //
	Unsupported string             `json:"unsupported,omitempty"`     // why this machine refuses the model's mechanism; it is not measured then
	Unheld      []string           `json:"limits_not_held,omitempty"` // limits of compose.yaml that are not in force here
}

// Verified is what became of the conformance cases that go before every run.
type Verified struct {
	Passed   int      `json:"passed"`
	Declared int      `json:"declared,omitempty"` // can't be passed by the model's nature
	Failed   []string `json:"failed,omitempty"`   // case and reason
}
