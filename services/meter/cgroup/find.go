// Package cgroup reads what the kernel books to one control group, cgroup v1
// and v2 alike, and makes a group for a service that runs without a container.
package cgroup

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The controllers that matter here.
const (
	Accounting = "cpuacct" // CPU time; part of every v2 group
	CPU        = "cpu"     // quota and throttling
	CPUSet     = "cpuset"
	Memory     = "memory"
	PIDs       = "pids"
)

var controllers = []string{Accounting, CPU, CPUSet, Memory, PIDs}

// Group is a control group: its directory under each controller. With v1 those
// differ, and with v2 they are one; a machine may have both at once.
type Group struct{ dirs map[string]dir }

type dir struct {
	path string // the group's own
	top  string // the highest that is visible; its ancestors' limits hold, too
	v2   bool
}

// mount is one line of /proc/self/mountinfo about cgroups.
type mount struct {
	root        string // the group that the mount shows as its top
	point       string
	v2          bool
	controllers map[string]bool
}

// Find returns the group of the calling process, below root ("/" for the
// machine itself, or a made-up tree that holds proc/self and what it names).
func Find(root string) (*Group, error) {
	mounts, err := readMounts(root)
	if err != nil {
		return nil, err
	}
	v1, v2, err := readMembership(root)
	if err != nil {
		return nil, err
	}
	g := &Group{dirs: map[string]dir{}}
	for _, c := range controllers {
		for _, m := range mounts {
			path, member := v1[c]
			if m.v2 {
				path, member = v2, v2 != ""
			}
			if !member || !m.v2 && !m.controllers[c] {
				continue
			}
			// Where a v1 hierarchy has the controller, the v2 tree beside it has not.
			if _, found := g.dirs[c]; found && m.v2 {
				continue
			}
			if d, ok := locate(root, m, path); ok {
				g.dirs[c] = d
			}
		}
	}
	if len(g.dirs) == 0 {
		return nil, fmt.Errorf("no cgroup file system is mounted")
	}
	return g, nil
}

// locate finds the group's directory. Inside a container the mount often is
// the container's own group, while /proc/self/cgroup names a longer path.
func locate(root string, m mount, path string) (dir, bool) {
	point := filepath.Join(root, m.point)
	tries := []string{path, ""}
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(m.root, "/")); ok && (rest == "" || rest[0] == '/') {
		tries = []string{rest, path, ""}
	}
	for _, try := range tries {
		p := filepath.Join(point, try)
		if strings.Contains(try, "..") {
			continue
		}
		if st, err := os.Stat(p); err == nil && st.IsDir() {
			return dir{path: p, top: point, v2: m.v2}, true
		}
	}
	return dir{}, false
}

// readMounts reads lines such as
// "32 31 0:29 /docker/7e /sys/fs/cgroup/cpu ro shared:9 - cgroup cgroup rw,cpu".
func readMounts(root string) ([]mount, error) {
	lines, err := readLines(filepath.Join(root, "proc/self/mountinfo"))
	if err != nil {
		return nil, err
	}
	var out []mount
	for _, line := range lines {
		left, right, ok := strings.Cut(line, " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if !ok || len(l) < 5 || len(r) < 3 || r[0] != "cgroup" && r[0] != "cgroup2" {
			continue
		}
		m := mount{root: unescape(l[3]), point: unescape(l[4]), v2: r[0] == "cgroup2", controllers: map[string]bool{}}
		for _, option := range strings.Split(r[2], ",") {
			m.controllers[option] = true
		}
		out = append(out, m)
	}
	return out, nil
}

// readMembership reads /proc/self/cgroup: "4:memory:/docker/7e" for each v1
// hierarchy, "0::/docker/7e" for v2.
func readMembership(root string) (v1 map[string]string, v2 string, err error) {
	lines, err := readLines(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return nil, "", err
	}
	v1 = map[string]string{}
	for _, line := range lines {
		part := strings.SplitN(line, ":", 3)
		if len(part) != 3 {
			continue
		}
		if part[0] == "0" && part[1] == "" {
			v2 = part[2]
			continue
		}
		for _, c := range strings.Split(part[1], ",") {
			v1[c] = part[2]
		}
	}
	return v1, v2, nil
}

func readLines(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []string
	s := bufio.NewScanner(f)
	for s.Scan() {
		out = append(out, s.Text())
	}
	return out, s.Err()
}

// unescape undoes the octal escapes of mountinfo, such as \040 for a space.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
