// Package measure turns what /proc and the cgroup say of the service into
// Prometheus metrics, read at the scrape. A figure that this kernel does not
// offer, or that others share in, is left out: nothing is made up as 0.
package measure

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"c10klab/services/meter/cgroup"
	"c10klab/services/meter/supervise"
	p "c10klab/services/protocol"
)

// Parts of the metrics. Counting the context switches of ten thousand threads
// takes a tenth of a second of CPU time, so a scrape may ask for less than all.
const (
	PartCPU    = "cpu"    // clock, CPU time, throttling, the meter's own CPU time
	PartMemory = "memory" // resident, and the cgroup's
	PartTasks  = "tasks"  // processes, threads, descriptors, context switches
	PartLimits = "limits" // limits
)

// Parts are all of them.
var Parts = []string{PartCPU, PartMemory, PartTasks, PartLimits, PartNet}

// ParseParts reads a list such as "cpu,memory"; empty: all.
func ParseParts(list string) ([]string, error) {
	if list == "" {
		return Parts, nil
	}
	parts := strings.Split(list, ",")
	for _, part := range parts {
		if !slices.Contains(Parts, part) {
			return nil, fmt.Errorf("no part %q of the metrics: choose from %s", part, strings.Join(Parts, ", "))
		}
	}
	return parts, nil
}

// Meter measures one service.
type Meter struct {
	Service *supervise.Service
	CPU     *CPU
	Own     *cgroup.Group // for figures: the controllers whose group is the service's; may be nil
	Around  *cgroup.Group // for limits: the group the service is in; may be nil
}

// Collector returns a collector of these parts, for one scrape.
func (m *Meter) Collector(parts []string) prometheus.Collector { return &collector{m, parts} }

type collector struct {
	*Meter
	parts []string
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	clock       = desc(p.MetricClock, "CLOCK_MONOTONIC when the CPU figures were read.")
	cpu         = desc(p.MetricCPU, "CPU time of all processes of the service, ended ones included, the meter's taken off. Goes on across restarts. From process clocks, ended children that the service itself waited for are known to 10 ms.")
	cpuMode     = desc(p.MetricCPUMode, "CPU time by mode, sampled by ticks. Goes on across restarts.", "mode")
	resident    = desc(p.MetricResident, "Memory of all processes in RAM; label resident of "+p.MetricSource+": pss shares common pages out among the processes that map them, rss counts them once for each.")
	threads     = desc(p.MetricThreads, "Threads of all processes of the service.")
	processes   = desc(p.MetricProcesses, "Processes of the service.")
	descriptors = desc(p.MetricDescriptors, "Open descriptors of all processes of the service.")
	switches    = desc(p.MetricSwitches, "Context switches of the living threads.", "kind")
	memory      = desc(p.MetricMemory, "Memory charged to the cgroup now, the kernel's share included where it is counted, the meter's few MB too where it shares the group.")
	memoryPeak  = desc(p.MetricMemoryPeak, "The most memory that was charged to the cgroup.")
	memoryKern  = desc(p.MetricMemoryKernel, "Kernel memory charged to the cgroup: slab, stacks, page tables.")
	throttled   = desc(p.MetricThrottled, "Periods in which the cgroup used up its CPU quota.")
	throttledS  = desc(p.MetricThrottledS, "Time that the cgroup waited for its next CPU quota.")
	oomKills    = desc(p.MetricOOMKills, "Processes of the cgroup that the kernel killed for want of memory.")
	limit       = desc(p.MetricLimit, "Limits as found from inside; +Inf: none.", "name")
	meterCPU    = desc(p.MetricMeterCPU, "CPU time of the meter itself.")
	source      = desc(p.MetricSource, "Where figures come from.", "cpu", "cpuset", "resident")
	up          = desc(p.MetricUp, "1 while the service runs.")
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		clock, cpu, cpuMode, resident, threads, processes, descriptors, switches, memory, memoryPeak,
		memoryKern, throttled, throttledS, oomKills, limit, meterCPU, netEvents, source, up,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. CPU comes first, before reading the rest costs any.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	running := 0.0
	if c.Service.PID() != 0 {
		running = 1
	}
	gauge(ch, up, running)
	if c.has(PartCPU) {
		c.collectCPU(ch)
	}
	kind := ""
	if c.has(PartMemory) || c.has(PartTasks) {
		kind = c.collectProcesses(ch)
	}
	if c.has(PartMemory) {
		c.collectMemory(ch)
	}
	if c.has(PartLimits) {
		c.collectLimits(ch)
	}
	if c.has(PartNet) {
		c.collectNet(ch)
	}
	cpus, _, _ := c.Service.Proc.AllowedCPUs(os.Getpid())
	gauge(ch, source, 1, c.CPU.Source(), cpus, kind)
}

func (c *collector) has(part string) bool { return slices.Contains(c.parts, part) }

func (c *collector) collectCPU(ch chan<- prometheus.Metric) {
	r, err := c.CPU.Read()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(cpu, err)
		return
	}
	gauge(ch, clock, r.At.Seconds())
	counter(ch, cpu, r.Service.Seconds())
	if r.Modes {
		counter(ch, cpuMode, r.User.Seconds(), "user")
		counter(ch, cpuMode, r.System.Seconds(), "system")
	}
	counter(ch, meterCPU, r.Meter.Seconds())
	if c.Own == nil {
		return
	}
	if periods, waited, ok := c.Own.Throttled(); ok {
		counter(ch, throttled, float64(periods))
		counter(ch, throttledS, waited.Seconds())
	}
}

func (c *collector) collectMemory(ch chan<- prometheus.Metric) {
	if c.Own == nil {
		return
	}
	for d, read := range map[*prometheus.Desc]func() (uint64, bool){
		memory: c.Own.Memory, memoryPeak: c.Own.MemoryPeak, memoryKern: c.Own.MemoryKernel,
	} {
		if n, ok := read(); ok {
			gauge(ch, d, float64(n))
		}
	}
	if n, ok := c.Own.OOMKills(); ok {
		counter(ch, oomKills, float64(n))
	}
}

func (c *collector) collectLimits(ch chan<- prometheus.Metric) {
	emit := func(name string, n float64, ok bool) {
		if ok {
			gauge(ch, limit, n, name)
		}
	}
	f := c.Service.Proc
	cpus, n, err := f.AllowedCPUs(os.Getpid())
	most := float64(n)
	if c.Around != nil {
		if quota, ok := c.Around.Quota(); ok {
			most = min(most, quota)
		}
		n, ok := c.Around.MemoryLimit()
		emit("memory_bytes", n, ok)
		n, ok = c.Around.MemorySwapLimit()
		emit("memswap_bytes", n, ok)
		n, ok = c.Around.PIDLimit()
		emit("pids", n, ok)
	}
	emit("cpus", most, err == nil && cpus != "")
	// The meter itself may be allowed more: its runtime raises the soft limit, for itself alone.
	if pid := c.Service.PID(); pid != 0 {
		n, err := f.NoFile(pid)
		emit("nofile", n, err == nil)
	}
	backlog, err := f.Somaxconn()
	emit("somaxconn", float64(backlog), err == nil)
}

func gauge(ch chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels ...string) {
	if !math.IsNaN(v) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
}

func counter(ch chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}
