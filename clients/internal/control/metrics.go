package control

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"c10klab/services/protocol"
)

// Reading is what a meter measured of its service at one moment. Counters are
// read in pairs, before and after; what they gained is the window's.
type Reading struct {
	Clock        float64            `json:"clock_s"`      // CLOCK_MONOTONIC of the CPU figures
	CPU          float64            `json:"cpu_s"`        // of the service alone, children included
	User         float64            `json:"cpu_user_s"`   // sampled by ticks
	System       float64            `json:"cpu_system_s"` // sampled by ticks
	MeterCPU     float64            `json:"meter_cpu_s"`
	Resident     float64            `json:"resident_bytes"`
	Memory       float64            `json:"memory_bytes"`        // of the cgroup
	MemoryKernel float64            `json:"memory_kernel_bytes"` // of the cgroup: slab, stacks, page tables; 0 if it is not counted
	MemoryPeak   float64            `json:"memory_peak_bytes"`
	Threads      float64            `json:"threads"`
	Processes    float64            `json:"processes"`
	Descriptors  float64            `json:"descriptors"`
	Voluntary    float64            `json:"switches_voluntary"`
	Involuntary  float64            `json:"switches_involuntary"`
	Throttled    float64            `json:"throttled_periods"`
	OOMKills     float64            `json:"oom_kills"`
	CPUSource    string             `json:"cpu_source,omitempty"`    // "cgroup v2", "process clocks", ...
	CPUSet       string             `json:"cpuset,omitempty"`        // the CPUs that the service may run on
	ResidentKind string             `json:"resident_kind,omitempty"` // "pss": pages that its processes share count once; "rss": once for each
	Limits       map[string]float64 `json:"limits,omitempty"`        // as found from inside; a limit that is not there is left out
	NetEvents    map[string]float64 `json:"net_events,omitempty"`    // of its network namespace, since that was made
	kernelKnown  bool
}

// KernelKnown says whether the kernel's share of the memory was counted.
func (r Reading) KernelKnown() bool { return r.kernelKnown }

// Metrics reads the service's figures.
func (m *Meter) Metrics(ctx context.Context) (Reading, error) {
	body, err := m.do(ctx, http.MethodGet, "/metrics", nil)
	if err != nil {
		return Reading{}, err
	}
	r, err := parse(body)
	if err != nil {
		return r, fmt.Errorf("%s/metrics: %w", m.base, err)
	}
	return r, nil
}

// CPUTimes reads what belongs to the edge of a window alone: the clock, the CPU times, the throttling. It costs the
// service's CPU a tenth of what Metrics does.
func (m *Meter) CPUTimes(ctx context.Context) (Reading, error) {
	body, err := m.do(ctx, http.MethodGet, "/metrics", url.Values{"only": {"cpu"}})
	if err != nil {
		return Reading{}, err
	}
	r, err := parse(body)
	if err != nil {
		return r, fmt.Errorf("%s/metrics: %w", m.base, err)
	}
	return r, nil
}

// SetCPU takes those figures from another reading.
func (r *Reading) SetCPU(from Reading) {
	r.Clock, r.CPU, r.User, r.System = from.Clock, from.CPU, from.User, from.System
	r.MeterCPU, r.Throttled = from.MeterCPU, from.Throttled
}

func parse(body []byte) (Reading, error) {
	var r Reading
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		return r, err
	}
	f := metrics(families)
	if _, ok := f.value(protocol.MetricCPU, "", ""); !ok {
		return r, fmt.Errorf("no metric %s: is this the meter of a service?", protocol.MetricCPU)
	}
	r.Clock, _ = f.value(protocol.MetricClock, "", "")
	r.CPU, _ = f.value(protocol.MetricCPU, "", "")
	r.User, _ = f.value(protocol.MetricCPUMode, "mode", "user")
	r.System, _ = f.value(protocol.MetricCPUMode, "mode", "system")
	r.MeterCPU, _ = f.value(protocol.MetricMeterCPU, "", "")
	r.Resident, _ = f.value(protocol.MetricResident, "", "")
	r.Memory, _ = f.value(protocol.MetricMemory, "", "")
	r.MemoryKernel, r.kernelKnown = f.value(protocol.MetricMemoryKernel, "", "")
	r.MemoryPeak, _ = f.value(protocol.MetricMemoryPeak, "", "")
	r.Threads, _ = f.value(protocol.MetricThreads, "", "")
	r.Processes, _ = f.value(protocol.MetricProcesses, "", "")
	r.Descriptors, _ = f.value(protocol.MetricDescriptors, "", "")
	r.Voluntary, _ = f.value(protocol.MetricSwitches, "kind", "voluntary")
	r.Involuntary, _ = f.value(protocol.MetricSwitches, "kind", "involuntary")
	r.Throttled, _ = f.value(protocol.MetricThrottled, "", "")
	r.OOMKills, _ = f.value(protocol.MetricOOMKills, "", "")
	r.CPUSource, r.CPUSet = f.label(protocol.MetricSource, "cpu"), f.label(protocol.MetricSource, "cpuset")
	r.ResidentKind = f.label(protocol.MetricSource, "resident")
	r.Limits, r.NetEvents = f.limits(), f.netEvents()
	return r, nil
}

type metrics map[string]*dto.MetricFamily

// value returns the metric of that name whose label has that value; ok is false if there is none.
func (f metrics) value(name, label, want string) (v float64, ok bool) {
	for _, m := range f[name].GetMetric() {
		if label != "" && labelOf(m, label) != want {
			continue
		}
		return valueOf(m)
	}
	return 0, false
}

func valueOf(m *dto.Metric) (v float64, ok bool) {
	switch {
	case m.Counter != nil:
		return m.Counter.GetValue(), true
	case m.Gauge != nil:
		return m.Gauge.GetValue(), true
	case m.Untyped != nil:
		return m.Untyped.GetValue(), true
	}
	return 0, false
}

func (f metrics) label(name, label string) string {
	for _, m := range f[name].GetMetric() {
		return labelOf(m, label)
	}
	return ""
}

func (f metrics) limits() map[string]float64 {
	out := map[string]float64{}
	for _, m := range f[protocol.MetricLimit].GetMetric() {
		v, ok := valueOf(m)
		if ok && v > 0 && v < 1e18 { // JSON has no +Inf, and a cgroup's "no limit" is near 2^63
			out[labelOf(m, "name")] = v
		}
	}
	return out
}

func (f metrics) netEvents() map[string]float64 {
	out := map[string]float64{}
	for _, m := range f[protocol.MetricNetEvents].GetMetric() {
		if v, ok := valueOf(m); ok {
			out[labelOf(m, "name")] = v
		}
	}
	return out
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// All returns every figure by its metric's name, labels included where there
// are any, such as lab_limit{name="pids"}.
func (m *Meter) All(ctx context.Context) (map[string]float64, error) {
	body, err := m.do(ctx, http.MethodGet, "/metrics", nil)
	if err != nil {
		return nil, err
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s/metrics: %w", m.base, err)
	}
	out := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			full := name
			for _, l := range metric.GetLabel() {
				full += fmt.Sprintf("{%s=%q}", l.GetName(), l.GetValue())
			}
			if v, ok := valueOf(metric); ok {
				out[full] = v
			}
		}
	}
	return out, nil
}
