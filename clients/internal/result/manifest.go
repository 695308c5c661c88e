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

	Resumed []Resumption `json:"resumed,omitempty"` // after it was interrupted
	Repeats string       `json:"repeats,omitempty"` // the folder of the run whose plan, seed and order these are

	Plan       Plan          `json:"plan"`
	Thresholds Thresholds    `json:"thresholds"` // that stood before anything was measured
	Services   []Participant `json:"services"`
	Absent     []string      `json:"absent,omitempty"` // services that never came up, and why

	Network string        `json:"network"` // which way the bytes go
	Pinning pin.Choice    `json:"pinning"`
	Pinned  string        `json:"pinning_problem,omitempty"` // why the client could not be pinned
	Machine machine.Facts `json:"machine"`
	Images  []string      `json:"images,omitempty"` // of the containers, each with its id; empty: not known, or no containers

	TicksEnded map[string]uint64 `json:"cpu_ticks_ended,omitempty"` // as Machine.Ticks, at the end

	Exercise *Exercise `json:"exercise,omitempty"` // that the run was made for; nil: none
}

// Resumption is a run going on after an interruption.
type Resumption struct {
	At       time.Time `json:"at"`
	Revision string    `json:"revision"`
	Trial    int       `json:"trial"` // the first that was made then
}

// Thresholds are all that a verdict or a gate compares with.
type Thresholds struct {
	Hash string   `json:"sha256"` // of the list, a line each
	List []string `json:"list"`   // NAME = VALUE
}

// Plan is what was to be measured.
type Plan struct {
	Name        string   `json:"name"`
	Seed        uint64   `json:"seed"`
	Load        string   `json:"load,omitempty"` // one's own, as it was asked for
	Experiments []string `json:"experiments"`
	Rounds      int      `json:"rounds"`                 // of the rank block
	Named       []string `json:"models_named,omitempty"` // models that were asked for by name; none: all
	Asked       []string `json:"experiments_named,omitempty"`
	TimeFactor  float64  `json:"time_factor"` // of every measured window
	Estimate    float64  `json:"estimate_s"`
	Left        int      `json:"left_out,omitempty"` // trials at the end, for which there was no time
	Cells       []int    `json:"cells"`              // of each trial: as many records it leaves, if it does not end before
	Order       []string `json:"order"`              // of the trials: block, round, model
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
