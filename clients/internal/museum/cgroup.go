package museum

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	cgroupRoot   = "/sys/fs/cgroup"
	cgroupPrefix = "c10klab-museum-"
	quotaPeriod  = 100 * time.Millisecond // what Docker sets
)

// cgroup is one with a quota of CPU time, in version 1 or 2.
type cgroup struct {
	dir string
	v2  bool
}

// newCgroup makes a cgroup below this process's own (version 2: beside it, for a
// cgroup that holds processes may have none with limits below it).
func newCgroup(quota time.Duration) (*cgroup, error) {
	own, v2, err := ownCgroup(cgroupRoot, "/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	sweep(own)
	c := &cgroup{dir: filepath.Join(own, fmt.Sprintf("%s%d", cgroupPrefix, os.Getpid())), v2: v2}
	if v2 {
		if err := write(filepath.Join(own, "cgroup.subtree_control"), "+cpu"); err != nil {
			return nil, unsupportedf("no quota can be set: %v: it takes root, outside of a container", err)
		}
	}
	if err := os.Mkdir(c.dir, 0o755); err != nil {
		return nil, unsupportedf("no cgroup can be made: %v: it takes root, outside of a container", err)
	}
	if err := c.limit(quota); err != nil {
		_ = c.remove()
		return nil, unsupportedf("no quota can be set: %v", err)
	}
	return c, nil
}

// ownCgroup finds the folder in which a cgroup with a quota can be made.
func ownCgroup(root, proc string) (dir string, v2 bool, err error) {
	b, err := os.ReadFile(proc)
	if err != nil {
		return "", false, unsupportedf("this process's cgroup is not known: %v", err)
	}
	unified := ""
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) != 3 {
			continue
		}
		for controller := range strings.SplitSeq(parts[1], ",") {
			if controller == "cpu" {
				return inside(filepath.Join(root, parts[1]), parts[2], filepath.Join(root, "cpu")), false, nil
			}
		}
		if parts[0] == "0" {
			unified = parts[2]
		}
	}
	if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err != nil || unified == "" {
		return "", false, unsupportedf("%s has no cgroup of CPU time, of version 1 or 2", root)
	}
	return inside(root, filepath.Dir(unified), root), true, nil
}

// inside is path below the first mount that has it; a container sees its own cgroup as the root.
func inside(mount, path, other string) string {
	for _, dir := range []string{filepath.Join(mount, path), filepath.Join(other, path), mount} {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	return other
}

// sweep takes away what killed runs left.
func sweep(own string) {
	left, _ := filepath.Glob(filepath.Join(own, cgroupPrefix+"*"))
	for _, dir := range left {
		_, pid, _ := strings.Cut(filepath.Base(dir), cgroupPrefix)
		if _, err := os.Stat(filepath.Join("/proc", pid)); err != nil {
			_ = unix.Rmdir(dir)
		}
	}
}

func (c *cgroup) limit(quota time.Duration) error {
	if c.v2 {
		return write(filepath.Join(c.dir, "cpu.max"), fmt.Sprintf("%d %d", quota.Microseconds(), quotaPeriod.Microseconds()))
	}
	if err := write(filepath.Join(c.dir, "cpu.cfs_period_us"), strconv.FormatInt(quotaPeriod.Microseconds(), 10)); err != nil {
		return err
	}
	return write(filepath.Join(c.dir, "cpu.cfs_quota_us"), strconv.FormatInt(quota.Microseconds(), 10))
}

// hold moves a process with all its threads into the cgroup.
func (c *cgroup) hold(pid int) error {
	if err := write(filepath.Join(c.dir, "cgroup.procs"), strconv.Itoa(pid)); err != nil {
		return unsupportedf("the server can't be moved into a cgroup with a quota: %v", err)
	}
	return nil
}

// throttled is how often the quota was used up, and how long the processes then waited.
func (c *cgroup) throttled() (times int, waited time.Duration, err error) {
	f, err := os.Open(filepath.Join(c.dir, "cpu.stat"))
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		name, value, _ := strings.Cut(s.Text(), " ")
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %s: %w", f.Name(), name, err)
		}
		switch name {
		case "nr_throttled":
			times = int(n)
		case "throttled_time":
			waited = time.Duration(n)
		case "throttled_usec":
			waited = time.Duration(n) * time.Microsecond
		}
	}
	return times, waited, nil
}

// remove takes the cgroup away; its processes must have ended.
func (c *cgroup) remove() error { return unix.Rmdir(c.dir) }

func write(path, value string) error { return os.WriteFile(path, []byte(value), 0o644) }
