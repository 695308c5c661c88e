package cgroup

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// The second result of each figure is false where this kernel, or this group,
// does not have it.

// Source says where CPU figures come from: "cgroup v1", "cgroup v2", or "" if the group has none.
func (g *Group) Source() string {
	d, ok := g.dirs[Accounting]
	switch {
	case !ok:
		return ""
	case d.v2:
		return "cgroup v2"
	default:
		return "cgroup v1"
	}
}

// CPU returns the CPU time of all members, those that ended included: exact,
// except that what a thread ran since its last tick is booked at the next one.
func (g *Group) CPU() (time.Duration, bool) {
	if d := g.dirs[Accounting]; d.v2 {
		n, ok := d.keyed("cpu.stat", "usage_usec")
		return time.Duration(n) * time.Microsecond, ok
	}
	n, ok := g.number(Accounting, "cpuacct.usage", "")
	return time.Duration(n), ok
}

// CPUMode returns CPU time in user and in kernel mode: sampled by ticks (v1 in
// units of 10 ms; v2 scales the samples to the exact sum).
func (g *Group) CPUMode() (user, system time.Duration, ok bool) {
	d, unit, u, s := g.dirs[Accounting], 10*time.Millisecond, "user", "system"
	file := "cpuacct.stat"
	if d.v2 {
		unit, u, s, file = time.Microsecond, "user_usec", "system_usec", "cpu.stat"
	}
	un, ok1 := d.keyed(file, u)
	sn, ok2 := d.keyed(file, s)
	return time.Duration(un) * unit, time.Duration(sn) * unit, ok1 && ok2
}

// Memory returns bytes charged now: anonymous, page cache and, where it is counted, the kernel's.
func (g *Group) Memory() (uint64, bool) {
	return g.number(Memory, "memory.usage_in_bytes", "memory.current")
}

// MemoryPeak returns the most bytes that were charged (v2: since Linux 5.19).
func (g *Group) MemoryPeak() (uint64, bool) {
	return g.number(Memory, "memory.max_usage_in_bytes", "memory.peak")
}

// MemoryKernel returns bytes of kernel memory: slab, stacks, page tables. v2
// has a sum of its own since Linux 5.18, before it the three are added up.
func (g *Group) MemoryKernel() (uint64, bool) {
	d := g.dirs[Memory]
	if !d.v2 {
		return g.number(Memory, "memory.kmem.usage_in_bytes", "")
	}
	if n, ok := d.keyed("memory.stat", "kernel"); ok {
		return n, true
	}
	var sum uint64
	for _, key := range []string{"slab", "kernel_stack", "pagetables"} {
		n, ok := d.keyed("memory.stat", key)
		if !ok {
			return 0, false
		}
		sum += n
	}
	return sum, true
}

// Throttled returns how many periods, and how long in all, the group waited for its quota.
func (g *Group) Throttled() (periods uint64, waited time.Duration, ok bool) {
	d := g.dirs[CPU]
	periods, ok1 := d.keyed("cpu.stat", "nr_throttled")
	key, unit := "throttled_time", time.Nanosecond
	if d.v2 {
		key, unit = "throttled_usec", time.Microsecond
	}
	n, ok2 := d.keyed("cpu.stat", key)
	return periods, time.Duration(n) * unit, ok1 && ok2
}

// OOMKills returns how many members the kernel killed for want of memory (v1: since Linux 4.13).
func (g *Group) OOMKills() (uint64, bool) {
	d := g.dirs[Memory]
	if d.v2 {
		return d.keyed("memory.events", "oom_kill")
	}
	return d.keyed("memory.oom_control", "oom_kill")
}

// number reads a file that holds one number, under its name in v1 or v2.
func (g *Group) number(controller, v1, v2 string) (uint64, bool) {
	d, ok := g.dirs[controller]
	if d.v2 {
		v1 = v2
	}
	if !ok || v1 == "" {
		return 0, false
	}
	n, ok := readNumber(filepath.Join(d.path, v1))
	return uint64(n), ok && !math.IsInf(n, 1)
}

// keyed reads one line "KEY NUMBER" of a file.
func (d dir) keyed(file, key string) (uint64, bool) {
	if d.path == "" {
		return 0, false
	}
	b, err := os.ReadFile(filepath.Join(d.path, file))
	if err != nil {
		return 0, false
	}
	for line := range bytes.Lines(b) {
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
		if string(name) == key {
			n, err := strconv.ParseUint(string(value), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// readNumber reads "4096", or "max" and "-1", which are no bound: +Inf.
func readNumber(path string) (float64, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	return parseNumber(string(bytes.TrimSpace(b)))
}

func parseNumber(s string) (float64, bool) {
	if s == "max" || s == "-1" {
		return math.Inf(1), true
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return float64(n), err == nil
}
