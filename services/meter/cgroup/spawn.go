package cgroup

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Spawn calls start so that the process it starts is born in the group, with
// nothing of it booked elsewhere. v2 does that in clone3(2), told by attr. In
// v1 a child is born where the thread that forks is, and a thread can be moved
// by itself: it goes there for the length of the fork. So the caller has locked
// its thread, and start forks on it.
func (m *Made) Spawn(attr *syscall.SysProcAttr, start func() (int, error)) (int, error) {
	tid := strconv.Itoa(unix.Gettid())
	for _, c := range controllers {
		d, ok := m.dirs[c]
		if !ok {
			continue
		}
		if !d.v2 {
			if err := d.write("tasks", tid); err != nil {
				return 0, fmt.Errorf("join cgroup %s: %w", d.path, err)
			}
			// If it can't come back, what it runs between forks is booked there: next to nothing.
			defer func() { _ = m.home.dirs[c].write("tasks", tid) }()
			continue
		}
		if !attr.UseCgroupFD { // one directory for all controllers
			f, err := os.Open(d.path)
			if err != nil {
				return 0, fmt.Errorf("join cgroup: %w", err)
			}
			defer func() { _ = f.Close() }()
			attr.UseCgroupFD, attr.CgroupFD = true, int(f.Fd())
		}
	}
	return start()
}
