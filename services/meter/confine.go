package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"c10klab/services/meter/cgroup"
	"c10klab/services/meter/proc"
)

// confine sets the limits that a process inherits from the one that starts it:
// on the meter itself, so that they hold from the service's first instruction on.
func (o options) confine(logger *log.Logger) error {
	if o.cpus != "" {
		if err := pin(o.cpus); err != nil {
			return fmt.Errorf("-cpus %s: %w", o.cpus, err)
		}
	}
	if o.nofile > 0 {
		var before syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			return fmt.Errorf("read the limit of descriptors: %w", err)
		}
		// syscall.Setrlimit, not unix's: it tells the runtime to leave this limit to children.
		want := syscall.Rlimit{Cur: o.nofile, Max: o.nofile}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &want); err != nil {
			logger.Printf("-nofile %d does not hold: %v; it stays at %d", o.nofile, err, before.Max)
			before.Cur = before.Max
			if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
				return fmt.Errorf("set the limit of descriptors to %d: %w", before.Max, err)
			}
		}
	}
	return nil
}

// pin sets the affinity of every thread of this process: the runtime has
// started several, a new one inherits it from the thread that makes it, and a
// thread made meanwhile is found in the next pass.
func pin(list string) error {
	cpus, err := proc.ParseCPUs(list)
	if err != nil {
		return err
	}
	var set unix.CPUSet
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	done := map[string]bool{}
	for fresh := true; fresh; {
		fresh = false
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, task := range tasks {
			tid, err := strconv.Atoi(task.Name())
			if err != nil || done[task.Name()] {
				continue
			}
			if err := unix.SchedSetaffinity(tid, &set); err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("sched_setaffinity: %w", err)
			}
			done[task.Name()], fresh = true, true
		}
	}
	return nil
}

// makeGroup makes the service's own cgroup, or says in the log what does not hold without it.
func (o options) makeGroup(home *cgroup.Group, logger *log.Logger) *cgroup.Made {
	if home == nil {
		logger.Printf("-cgroup %s, -memory and -pids do not hold: there is no cgroup here", o.cgroup)
		return nil
	}
	made, unmet, err := cgroup.Make(home, o.cgroup, cgroup.Limits{CPUs: o.cpus, Memory: o.memory, PIDs: o.pids})
	if err != nil {
		logger.Printf("-cgroup %s, -memory and -pids do not hold: %v", o.cgroup, err)
		return nil
	}
	for _, line := range unmet {
		logger.Printf("-cgroup %s: %s", o.cgroup, line)
	}
	return made
}
