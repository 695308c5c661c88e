package compare

import (
	"fmt"
	"math"
	"strings"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

const reference = target.Reference

// Metric is one kind of figure.
type Metric struct {
	ID   string // for programs
	Name string // for people
	Unit string // of A and B
	More bool   // is better
	CPU  bool   // is CPU time, and so depends on how that is counted

	cell  func(report.Row) report.Cell // nil: memory
	of    func(report.Cell) stats.Estimate
	floor func(report.Summary) report.Floor
}

func ratio(c report.Cell) stats.Estimate { return c.Ratio }

// Metrics are those that are compared.
var Metrics = []Metric{
	{
		ID: "rate_64", Name: "rate at 64", Unit: "replies/s of 64 clients", More: true, of: ratio,
		cell:  func(r report.Row) report.Cell { return r.Throughput },
		floor: func(s report.Summary) report.Floor { return s.Rate },
	},
	{
		ID: "cpu_64", Name: "CPU per request at 64", Unit: "the server's CPU time for a request of 64 clients", CPU: true,
		cell:  func(r report.Row) report.Cell { return r.Throughput },
		of:    func(c report.Cell) stats.Estimate { return c.Cost },
		floor: func(s report.Summary) report.Floor { return s.Cost },
	},
	{
		ID: "response_1", Name: "response time at 1", Unit: "the median response time of one client", of: ratio,
		cell:  func(r report.Row) report.Cell { return r.Latency },
		floor: func(s report.Summary) report.Floor { return s.Response },
	},
	{
		ID: "rate_1000", Name: "rate at 1,000", Unit: "replies/s of 1,000 clients", More: true, of: ratio,
		cell:  func(r report.Row) report.Cell { return r.Thousand },
		floor: func(s report.Summary) report.Floor { return s.Thousand },
	},
	{ID: "memory_idle", Name: "memory per idle connection", Unit: "KB, the process's own and what the cgroup counts of the kernel's"},
}

// relative says that figures are ratios to the reference's. Memory is counted, not timed: no drift of the machine
// moves it, and the reference's own, of which there is nearly none, would be a poor measure.
func (m Metric) relative() bool { return m.cell != nil }

// figure is a metric's of one model in one run.
type figure struct {
	stats.Estimate
	missing string // why there is none
	tried   bool   // to measure it
}

// countedApart is from where on memory is called different: no twin shows its noise.
const countedApart = 0.05

// noise is the run's own floor; NaN: not known.
func (m Metric) noise(s side) float64 {
	if !m.relative() {
		return countedApart / math.Sqrt2 // so that both together are that
	}
	if f := m.floor(s.Summary); f.Known {
		return f.Value
	}
	return math.NaN()
}

func (m Metric) figure(s side, model string) figure {
	row, ok := s.row(model)
	switch {
	case !ok:
		return figure{missing: "it was not in the run"}
	case !m.relative():
		return s.memory(model)
	}
	c := m.cell(row)
	f := figure{Estimate: m.of(c), tried: c.Outcome != ""}
	switch {
	case row.Unsupported != "":
		f.missing = row.Unsupported
	case c.Outcome == "":
		f.missing = s.unmeasured(model)
	case c.Outcome == result.Declared:
		f.missing = "serves " + c.Reason
	case c.Outcome == result.Bound:
		f.missing = c.Reason
	case c.Outcome != result.OK:
		f.missing = fmt.Sprintf("%s: %s", c.Outcome, strings.TrimPrefix(c.Reason, model+": "))
	case f.Rounds == 0:
		f.missing = "it was measured without CPU time"
	}
	if f.missing != "" {
		f.Estimate = stats.Estimate{}
	}
	return f
}

// unmeasured says why a model has no trial of an experiment.
func (s side) unmeasured(model string) string {
	for _, p := range s.run.Manifest.Services {
		if p.Model == model && !p.Twin && len(p.Verified.Failed) > 0 {
			return "not measured, for it breaks the contract: " + p.Verified.Failed[0]
		}
	}
	return "not measured"
}
