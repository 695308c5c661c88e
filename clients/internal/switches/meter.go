package switches

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// meter times one kind.
type meter struct {
	d    time.Duration
	peer int // the other party's process, or 0
}

// time lets trips make n trips there and back at a time, until d is over.
func (m meter) time(trips func(n int) error) (Cost, error) {
	batch, err := m.warm(trips)
	if err != nil {
		return Cost{}, err
	}
	before, err := m.read()
	if err != nil {
		return Cost{}, err
	}
	switches := uint64(0)
	for time.Since(before.at) < m.d {
		if err := trips(batch); err != nil {
			return Cost{}, err
		}
		switches += 2 * uint64(batch)
	}
	after, err := m.read()
	return Cost{
		NS:       float64(after.at.Sub(before.at)) / float64(switches),
		CPU:      float64(after.cpu-before.cpu) / float64(switches),
		Switches: switches,
		Kernel:   after.kernel - before.kernel,
	}, err
}

// warm returns how many trips take so long that a look at the clock between them is nothing.
func (m meter) warm(trips func(n int) error) (batch int, err error) {
	const parts = 64
	begun := time.Now()
	for batch = 1; err == nil && time.Since(begun) < m.d/2; {
		start := time.Now()
		err = trips(batch)
		if time.Since(start) < m.d/parts {
			batch *= 2
		}
	}
	return batch, err
}

// reading is the clocks at one edge of the measurement.
type reading struct {
	at     time.Time
	cpu    int64 // ns, of both parties
	kernel uint64
}

func (m meter) read() (r reading, err error) {
	clocks := []int32{unix.CLOCK_PROCESS_CPUTIME_ID}
	if m.peer != 0 {
		clocks = append(clocks, cpuClock(m.peer))
	}
	for _, clock := range clocks {
		var spent unix.Timespec
		if err := unix.ClockGettime(clock, &spent); err != nil {
			return r, fmt.Errorf("read the CPU clock of a party: %w", err)
		}
		r.cpu += spent.Nano()
	}
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return r, fmt.Errorf("getrusage: %w", err)
	}
	r.kernel = uint64(usage.Nvcsw) + uint64(usage.Nivcsw)
	r.at = time.Now()
	return r, nil
}

// cpuClock is the CPU clock of another process, as clock_getcpuclockid(3) makes it.
func cpuClock(pid int) int32 {
	const scheduled = 2 // exact, not sampled by ticks
	return int32(^pid)<<3 | scheduled
}
