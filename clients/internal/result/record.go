// Package result holds what a run leaves: one JSON line for each measured cell
// (results.jsonl) and what there is to know about the run itself
// (manifest.json). Reports read nothing else, so an old run can be judged and
// drawn again.
package result

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/probe"
	"c10klab/services/protocol"
)

// Version is the format's. A reader refuses lines of another one.
const Version = 1

// Outcome says what became of a cell.
type Outcome string

// The outcomes. Only figures of an OK cell are compared.
const (
	OK       Outcome = "ok"
	Withheld Outcome = "withheld" // measured, but a gate failed: the reason says which
	Declared Outcome = "declared" // the model serves K of N by nature: the reason says "1 of 64"
	Bound    Outcome = "bound"    // the model stops before that many clients: the reason says where
	Failed   Outcome = "failed"   // no figures: the reason says why
	// Unsupported: this machine refuses the model's mechanism, which is no failure; the reason says what does.
	Unsupported Outcome = "unsupported"
)

// Metric says what a cell's ratio compares.
type Metric string

// The metrics.
const (
	Rate     Metric = "rate"     // replies per second: more is better
	Response Metric = "response" // median response time: less is better
	Figures  Metric = "figures"  // no ratio: what was measured stands in Record.Figures
)

// Record is one line of results.jsonl: one cell, measured once.
type Record struct {
	Version int       `json:"version"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"` // that the cell took, all told
	Seed    uint64    `json:"seed"`
	Round   int       `json:"round"` // from 1
	Trial   int       `json:"trial"` // its number in the run, from 1; cells of one trial share a process

	Experiment  string `json:"experiment"`
	Model       string `json:"model"`
	Twin        bool   `json:"twin,omitempty"`   // the reference against its twin: noise
	Connections int    `json:"connections"`      // active ones
	Idle        int    `json:"idle,omitempty"`   // connected beside them, and silent
	Visits      int    `json:"visits,omitempty"` // come and go, so many at a time
	App         string `json:"app,omitempty"`    // that was measured; empty: echo
	Load        string `json:"load,omitempty"`   // what the clients did, in words; empty: each asks, and asks again when it has the reply

	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason,omitempty"`
	// Also are the reasons of the other gates that failed.
	Also []string `json:"also,omitempty"`

	Metric    Metric            `json:"metric"`
	Ratio     float64           `json:"ratio,omitempty"` // contender / reference; 0: none
	Slices    int               `json:"slices,omitempty"`
	Spun      []float64         `json:"spun,omitempty"`      // what was left of the contender's rate with a slower client
	Disturbed string            `json:"disturbed,omitempty"` // the machine was not quiet: why; the figures stand all the same
	Rerun     string            `json:"rerun,omitempty"`     // it was made again, for the first time the machine was not quiet: why
	Contender Side              `json:"contender"`
	Reference Side              `json:"reference"`
	Probes    [2]*probe.Reading `json:"probes"` // before and after the trial

	// What only this experiment measures. A name ends in its unit (connect_p99_us, capacity_per_s) and may name
	// a step after "@": p99_us@8000 is what it was at 8,000.
	Figures map[string]float64 `json:"figures,omitempty"`
	Notes   map[string]string  `json:"notes,omitempty"` // what is no number, such as an errno
}

// Side is what one of the two targets did in a cell.
type Side struct {
	Service   string  `json:"service"`
	Requests  uint64  `json:"requests"`         // in the measured parts
	Total     uint64  `json:"total"`            // with the parts thrown away
	Seconds   float64 `json:"seconds_measured"` //
	Rate      float64 `json:"rate_per_s"`
	Answering int     `json:"answering"` // connections that were answered

	Latency   Latency `json:"latency"`
	Histogram string  `json:"histogram,omitempty"` // HDR V2, compressed, base64; ns

	CPU       float64 `json:"cpu_us_per_request"`        // of the service, over all its requests
	User      float64 `json:"cpu_user_us_per_request"`   // sampled by ticks
	System    float64 `json:"cpu_system_us_per_request"` // sampled by ticks
	ClientCPU float64 `json:"client_cpu_us_per_request"` //
	Fairness  float64 `json:"jain,omitempty"`            // Jain's index of the connections' replies; 0: not known
	Busy      float64 `json:"client_busy,omitempty"`     // share of the time that the client computed
	// Why the client limits this side's rate as well: it has no rank then, for with a faster client it would be higher. CPU time
	// is as it should be: at saturation of both.
	ClientBound string  `json:"client_bound,omitempty"`
	CPUSource   string  `json:"cpu_source,omitempty"` // "cgroup v2", "process clocks", ...
	Switches    float64 `json:"switches_per_request"`
	Throttled   float64 `json:"throttled_periods"` // gained in the cell

	Resident     float64 `json:"resident_bytes"`          // of all its processes, with all clients connected
	ResidentKind string  `json:"resident_kind,omitempty"` // "pss": shared pages count once; "rss": once for each process
	Memory       float64 `json:"memory_bytes"`            // of the cgroup
	MemoryKernel float64 `json:"memory_kernel_bytes,omitempty"`
	Threads      float64 `json:"threads"`
	Processes    float64 `json:"processes"`
	Descriptors  float64 `json:"descriptors"`

	Waits    *protocol.Waits `json:"waits,omitempty"` // while all clients were connected and idle
	Expected string          `json:"waits_expected,omitempty"`
	// Why it is not what its label says, or did not do the work: then what it took (memory) is of something else. Empty: nothing was found.
	Untrue string         `json:"untrue,omitempty"`
	Errors engine.Errors  `json:"errors"`
	Exit   *protocol.Exit `json:"exit,omitempty"` // if it died
}

// Latency are response times in microseconds. A percentile with fewer than 50
// samples beyond it is 0: it is not known.
type Latency struct {
	Mean float64 `json:"mean_us"`
	P50  float64 `json:"p50_us"`
	P90  float64 `json:"p90_us"`
	P99  float64 `json:"p99_us"`
	P999 float64 `json:"p999_us"`
	Max  float64 `json:"max_us"`
}

// beyond is how many samples must lie beyond a percentile for it to be told.
const beyond = 50

// SetLatency fills in the percentiles and the encoded histogram (ns).
func (s *Side) SetLatency(h *hdrhistogram.Histogram) error {
	if h == nil || h.TotalCount() == 0 {
		return nil
	}
	at := func(percent float64) float64 {
		if float64(h.TotalCount())*(100-percent)/100 < beyond {
			return 0
		}
		return float64(h.ValueAtPercentile(percent)) / 1e3
	}
	s.Latency = Latency{
		Mean: h.Mean() / 1e3, P50: at(50), P90: at(90), P99: at(99), P999: at(99.9),
		Max: float64(h.Max()) / 1e3,
	}
	encoded, err := h.EncodeV2()
	if err != nil {
		return fmt.Errorf("encoding the histogram of %s: %w", s.Service, err)
	}
	s.Histogram = string(encoded)
	return nil
}

// Decode returns the histogram of response times, in ns; nil if there is none.
func (s *Side) Decode() (*hdrhistogram.Histogram, error) {
	if s.Histogram == "" {
		return nil, nil
	}
	h, err := hdrhistogram.Decode([]byte(s.Histogram))
	if err != nil {
		return nil, fmt.Errorf("histogram of %s: %w", s.Service, err)
	}
	return h, nil
}
