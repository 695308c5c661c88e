package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Limits are what a group made here shall hold its members to; zero: no limit.
type Limits struct {
	CPUs   string // a list such as "0" or "0-3,8"
	Memory int64  // bytes, swap included
	PIDs   int    // processes and threads
}

// Made is a group that this process made, and removes again.
type Made struct {
	*Group
	home *Group
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// Make makes the group NAME, beside or below the caller's own, and sets its
// limits. The caller stays where it is; Spawn starts processes inside. A group
// of that name without members, left by a process that was killed, is replaced.
//
// unmet says which limits do not hold, one line each.
func Make(home *Group, name string, limits Limits) (made *Made, unmet []string, err error) {
	if !validName.MatchString(name) {
		return nil, nil, fmt.Errorf("cgroup name %q: letters, digits, dots, dashes and underscores only", name)
	}
	made = &Made{Group: &Group{dirs: map[string]dir{}}, home: home}
	for _, c := range controllers {
		d, ok := home.dirs[c]
		if !ok || c == CPU && !d.v2 {
			continue // v1's cpu controller is for quotas, and none is set here
		}
		if d.v2 {
			d, err = made.makeV2(d, name)
		} else {
			d, err = makeV1(d, name, c)
		}
		if err != nil {
			if c == Accounting {
				return nil, nil, errors.Join(err, made.Remove())
			}
			unmet = append(unmet, err.Error())
			continue
		}
		made.dirs[c] = d
	}
	if made.Source() == "" {
		return nil, nil, fmt.Errorf("make cgroup %s: no controller accounts for CPU time here", name)
	}
	return made, append(unmet, made.limit(limits)...), nil
}

func makeV1(home dir, name, controller string) (dir, error) {
	path := filepath.Join(home.path, name)
	if err := fresh(path); err != nil {
		return dir{}, err
	}
	d := dir{path: path, top: home.top}
	if controller == CPUSet { // a v1 cpuset takes no member until both are set
		for _, file := range []string{"cpuset.mems", "cpuset.cpus"} {
			b, err := os.ReadFile(filepath.Join(home.path, file))
			if err == nil {
				err = d.write(file, strings.TrimSpace(string(b)))
			}
			if err != nil {
				return dir{}, errors.Join(err, os.Remove(path))
			}
		}
	}
	return d, nil
}

// makeV2 tries the top of the tree and then the ancestors of the caller's own
// group from below: a v2 group that has members, as the caller's own, can't
// hand controllers down to children.
func (m *Made) makeV2(home dir, name string) (dir, error) {
	for _, d := range m.dirs {
		if d.v2 {
			return d, nil // one directory for all controllers
		}
	}
	parents := []string{home.top}
	for p := filepath.Dir(home.path); len(p) > len(home.top); p = filepath.Dir(p) {
		parents = append(parents, p)
	}
	var failed error
	for _, parent := range parents {
		for _, c := range []string{CPU, CPUSet, Memory, PIDs} {
			// What is not there, or not ours to hand down, shows when its limit is set.
			_ = dir{path: parent}.write("cgroup.subtree_control", "+"+c)
		}
		path := filepath.Join(parent, name)
		if err := fresh(path); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if err := unix.Access(filepath.Join(path, "cgroup.procs"), unix.W_OK); err != nil {
			failed = errors.Join(failed, fmt.Errorf("join cgroup %s: %w", path, err), os.Remove(path))
			continue
		}
		return dir{path: path, top: home.top, v2: true}, nil
	}
	return dir{}, failed
}

// fresh makes the directory, and replaces one without members.
func fresh(path string) error {
	err := os.Mkdir(path, 0o755)
	if errors.Is(err, os.ErrExist) {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("cgroup %s is in use: %w", path, err)
		}
		err = os.Mkdir(path, 0o755)
	}
	if err != nil {
		return fmt.Errorf("make cgroup: %w", err)
	}
	return nil
}

// limit sets the limits that are given, and says which do not hold.
func (m *Made) limit(l Limits) (unmet []string) {
	set := func(what, controller, v1, v2, value string) {
		d, ok := m.dirs[controller]
		file := v1
		if d.v2 {
			file = v2
		}
		if !ok {
			unmet = append(unmet, fmt.Sprintf("%s does not hold: no %s controller here", what, controller))
		} else if err := d.write(file, value); err != nil {
			unmet = append(unmet, fmt.Sprintf("%s does not hold: %v", what, err))
		}
	}
	if l.CPUs != "" {
		set("cpuset "+l.CPUs, CPUSet, "cpuset.cpus", "cpuset.cpus", l.CPUs)
	}
	if l.Memory > 0 {
		n := strconv.FormatInt(l.Memory, 10)
		swap := n
		if m.dirs[Memory].v2 {
			swap = "0" // v2 bounds swap by itself, v1 the sum
		}
		set("memory limit "+n, Memory, "memory.limit_in_bytes", "memory.max", n)
		set("swap limit", Memory, "memory.memsw.limit_in_bytes", "memory.swap.max", swap)
	}
	if l.PIDs > 0 {
		n := strconv.Itoa(l.PIDs)
		set("pids limit "+n, PIDs, "pids.max", "pids.max", n)
	}
	return unmet
}

func (d dir) write(file, value string) error {
	f, err := os.OpenFile(filepath.Join(d.path, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

// Remove kills what is left in the group and removes it.
func (m *Made) Remove() error {
	var failed error
	for _, path := range m.paths() {
		var err error
		for range 100 { // a killed process leaves its group a little after it was reaped
			if err = os.Remove(path); err == nil || errors.Is(err, os.ErrNotExist) {
				err = nil
				break
			}
			left, _ := members(path)
			for _, pid := range left {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
			time.Sleep(5 * time.Millisecond)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

func (m *Made) paths() []string {
	var out []string
	for _, d := range m.dirs {
		out = append(out, d.path)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
