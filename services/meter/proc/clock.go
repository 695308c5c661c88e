package proc

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// CPUClock returns the CPU time that the threads of a process used, ended ones
// too, in nanoseconds. /proc/PID/stat has it in ticks, and /proc/PID/schedstat
// has the main thread's alone.
//
// The clock's number is made from the process id as clock_getcpuclockid(3)
// does: its complement, shifted by three, and CPUCLOCK_SCHED.
func CPUClock(pid int) (time.Duration, error) {
	const sched = 2
	d, err := clock(int32(^pid<<3 | sched))
	if err != nil {
		return 0, fmt.Errorf("CPU clock of process %d: %w", pid, err)
	}
	return d, nil
}

// OwnCPUClock returns the CPU time of the calling process. Reading it also
// makes the kernel book what the calling thread ran since its last tick, into
// the cgroup too: read it just before the cgroup's figure.
func OwnCPUClock() time.Duration {
	d, err := clock(unix.CLOCK_PROCESS_CPUTIME_ID)
	if err != nil {
		return 0 // cannot fail: the clock is the caller's own
	}
	return d
}

// Monotonic returns CLOCK_MONOTONIC.
func Monotonic() time.Duration {
	d, err := clock(unix.CLOCK_MONOTONIC)
	if err != nil {
		return 0 // cannot fail: every Linux has it
	}
	return d
}

func clock(id int32) (time.Duration, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(id, &ts); err != nil {
		return 0, err
	}
	return time.Duration(ts.Nano()), nil
}
