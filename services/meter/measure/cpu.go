package measure

import (
	"sync"
	"syscall"
	"time"

	"c10klab/services/meter/cgroup"
	"c10klab/services/meter/proc"
	"c10klab/services/meter/supervise"
)

// CPU takes the CPU time of the service, without the meter's.
type CPU struct {
	group  *cgroup.Group // the service's; nil: read process clocks
	shared bool          // the meter is in the group as well

	service *supervise.Service

	mu           sync.Mutex
	base         time.Duration // in the group before the service's first start, the meter's share taken off
	most         time.Duration // that was read of the service
	user, system time.Duration // likewise
}

// Reading is one look at the clocks.
type Reading struct {
	At           time.Duration // CLOCK_MONOTONIC
	Service      time.Duration
	User, System time.Duration
	Modes        bool // User and System are known
	Meter        time.Duration
}

// NewCPU prepares to read, before the service is started. A group without a
// CPU account, or none, leaves the process clocks.
func NewCPU(service *supervise.Service, group *cgroup.Group, shared bool) *CPU {
	c := &CPU{service: service, shared: shared}
	if group != nil && group.Source() != "" {
		c.group = group
	}
	if c.group != nil && shared {
		meter := proc.OwnCPUClock()
		if used, ok := c.group.CPU(); ok {
			c.base = used - meter
		}
	}
	return c
}

// Source says what is read: "cgroup v1", "cgroup v2" or "process clocks".
func (c *CPU) Source() string {
	if c.group == nil {
		return "process clocks"
	}
	return c.group.Source()
}

// Read returns the CPU time up to now. It never runs backwards.
func (c *CPU) Read() (Reading, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var r Reading
	var err error
	if c.group != nil {
		r = c.readGroup()
	} else if r, err = c.readProcesses(); err != nil {
		return r, err
	}
	// What is taken off was read a moment before, by another clock: between two
	// reads of an idle service the difference can be some microseconds less, and
	// of the sampled modes more. A counter may not step back.
	c.most, c.user, c.system = max(c.most, r.Service), max(c.user, r.User), max(c.system, r.System)
	r.Service, r.User, r.System = c.most, c.user, c.system
	return r, nil
}

// readGroup reads the meter's clock directly before the group's figure: that
// books the meter's running time to the group as well, so that the difference is exact.
func (c *CPU) readGroup() Reading {
	var own syscall.Rusage
	if c.shared {
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own) // cannot fail with these arguments
	}
	r := Reading{Meter: proc.OwnCPUClock()}
	used, _ := c.group.CPU()
	r.At = proc.Monotonic()
	r.User, r.System, r.Modes = c.group.CPUMode()
	r.Service = used
	if c.shared {
		r.Service = max(used-r.Meter-c.base, 0)
		r.User = max(r.User-time.Duration(own.Utime.Nano()), 0)
		r.System = max(r.System-time.Duration(own.Stime.Nano()), 0)
	}
	return r
}

// readProcesses adds up the clocks of the living processes, what their ended
// children used (known to 10 ms for each of them), and what the meter reaped.
func (c *CPU) readProcesses() (Reading, error) {
	r := Reading{Modes: true, Meter: proc.OwnCPUClock()}
	var failed error
	c.service.Reaper.Hold(func(ended supervise.Usage) {
		processes, err := c.service.Processes()
		if err != nil {
			failed = err
			return
		}
		r.User, r.System = ended.User, ended.System
		r.Service = ended.User + ended.System
		for _, p := range processes {
			used, err := proc.CPUClock(p.PID)
			if err != nil { // it ended and its parent has it now
				used = p.User + p.System
			}
			r.Service += used + p.ChildUser + p.ChildSystem
			r.User += p.User + p.ChildUser
			r.System += p.System + p.ChildSystem
		}
		r.At = proc.Monotonic()
	})
	return r, failed
}
