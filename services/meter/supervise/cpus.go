package supervise

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"c10klab/services/meter/proc"
)

// ErrTooFewCPUs says that a restart asked for more CPUs than there are.
var ErrTooFewCPUs = errors.New("too few CPUs")

// first is the set of the first n CPUs that the meter, and so the service, may run on.
func (s *Service) first(n int) (set unix.CPUSet, err error) {
	list, have, err := s.Proc.AllowedCPUs(os.Getpid())
	if err != nil {
		return set, err
	}
	if n > have {
		return set, fmt.Errorf("%w: the service may run on %d (%s), not on %d", ErrTooFewCPUs, have, list, n)
	}
	cpus, err := proc.ParseCPUs(list)
	if err != nil {
		return set, err
	}
	for _, cpu := range cpus[:n] {
		set.Set(cpu)
	}
	return set, nil
}

// narrowed starts a process that may run on these CPUs alone: a child inherits its starter's affinity.
func narrowed(set unix.CPUSet, start func() (int, error)) (pid int, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return 0, os.NewSyscallError("sched_getaffinity", err)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return 0, os.NewSyscallError("sched_setaffinity", err)
	}
	pid, err = start()
	if back := unix.SchedSetaffinity(0, &before); back != nil && err == nil {
		err = os.NewSyscallError("sched_setaffinity", back)
	}
	return pid, err
}
