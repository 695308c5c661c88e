package measure

import (
	"errors"
	"io/fs"

	"github.com/prometheus/client_golang/prometheus"

	"c10klab/services/meter/proc"
)

// collectProcesses adds up over the service's processes, and returns how
// resident memory was taken. Processes that end meanwhile are left out. A sum
// that lacks a living process, because the kernel does not let this one look, is left out itself.
func (c *collector) collectProcesses(ch chan<- prometheus.Metric) (kind string) {
	list, err := c.Service.Processes()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(processes, err)
		return ""
	}
	f := c.Service.Proc
	var living, tasks int
	var bytes, fds, voluntary, involuntary sum
	for _, p := range list {
		if p.Zombie() {
			continue
		}
		living++
		tasks += p.Threads
		if c.has(PartMemory) {
			n, how, err := f.Resident(p.PID)
			bytes.add(float64(n), unlessEnding(f, p.PID, err))
			if how == "rss" || kind == "" {
				kind = how
			}
		}
		if c.has(PartTasks) {
			n, err := f.Descriptors(p.PID)
			fds.add(float64(n), unlessEnding(f, p.PID, err))
			v, i, err := f.Switches(p.PID)
			voluntary.add(float64(v), unlessEnding(f, p.PID, err))
			involuntary.add(float64(i), unlessEnding(f, p.PID, err))
		}
	}
	if c.has(PartMemory) {
		bytes.emit(ch, prometheus.GaugeValue, resident)
	}
	if c.has(PartTasks) {
		gauge(ch, processes, float64(living))
		gauge(ch, threads, float64(tasks))
		fds.emit(ch, prometheus.GaugeValue, descriptors)
		voluntary.emit(ch, prometheus.CounterValue, switches, "voluntary")
		involuntary.emit(ch, prometheus.CounterValue, switches, "involuntary")
	}
	return kind
}

// unlessEnding makes a refusal to look at a process that is ending no refusal: it is left out.
func unlessEnding(f proc.FS, pid int, err error) error {
	if errors.Is(err, fs.ErrPermission) && f.Ending(pid) {
		return fs.ErrNotExist
	}
	return err
}

type sum struct {
	total  float64
	denied bool
}

func (s *sum) add(n float64, err error) {
	if err != nil {
		s.denied = s.denied || errors.Is(err, fs.ErrPermission)
		return
	}
	s.total += n
}

func (s *sum) emit(ch chan<- prometheus.Metric, t prometheus.ValueType, d *prometheus.Desc, labels ...string) {
	if !s.denied {
		ch <- prometheus.MustNewConstMetric(d, t, s.total, labels...)
	}
}
