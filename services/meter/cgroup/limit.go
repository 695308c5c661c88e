package cgroup

import (
	"math"
	"os"
	"path/filepath"
	"strings"
)

// unbounded is where v1 begins to write "no limit" as a number: the largest multiple of the page size.
const unbounded = 1 << 62

// MemoryLimit returns bytes; +Inf where nothing bounds them.
func (g *Group) MemoryLimit() (float64, bool) {
	return g.least(Memory, "memory.limit_in_bytes", "memory.max")
}

// MemorySwapLimit returns the bound of memory and swap together, in bytes.
func (g *Group) MemorySwapLimit() (float64, bool) {
	if !g.dirs[Memory].v2 {
		return g.least(Memory, "memory.memsw.limit_in_bytes", "")
	}
	memory, ok1 := g.least(Memory, "", "memory.max")
	swap, ok2 := g.least(Memory, "", "memory.swap.max")
	return memory + swap, ok1 && ok2
}

// PIDLimit returns how many processes and threads the group may have.
func (g *Group) PIDLimit() (float64, bool) { return g.least(PIDs, "pids.max", "pids.max") }

// Quota returns how many CPUs' time the group may use; the CPUs it may run on are another limit.
func (g *Group) Quota() (float64, bool) {
	return g.climb(CPU, func(path string, v2 bool) (float64, bool) {
		if !v2 {
			quota, ok1 := readNumber(filepath.Join(path, "cpu.cfs_quota_us"))
			period, ok2 := readNumber(filepath.Join(path, "cpu.cfs_period_us"))
			return quota / period, ok1 && ok2 && period > 0
		}
		b, err := os.ReadFile(filepath.Join(path, "cpu.max"))
		word := strings.Fields(string(b))
		if err != nil || len(word) != 2 {
			return 0, false
		}
		quota, ok1 := parseNumber(word[0])
		period, ok2 := parseNumber(word[1])
		return quota / period, ok1 && ok2 && period > 0
	})
}

func (g *Group) least(controller, v1, v2 string) (float64, bool) {
	return g.climb(controller, func(path string, isV2 bool) (float64, bool) {
		name := v1
		if isV2 {
			name = v2
		}
		if name == "" {
			return 0, false
		}
		n, ok := readNumber(filepath.Join(path, name))
		if n >= unbounded {
			n = math.Inf(1)
		}
		return n, ok
	})
}

// climb takes the least of a limit over the group and its visible ancestors: a group's own file does not show theirs.
func (g *Group) climb(controller string, read func(path string, v2 bool) (float64, bool)) (float64, bool) {
	d, ok := g.dirs[controller]
	if !ok {
		return 0, false
	}
	least, found := math.Inf(1), false
	for path := d.path; ; path = filepath.Dir(path) {
		if n, ok := read(path, d.v2); ok {
			least, found = min(least, n), true
		}
		if path == d.top || len(path) <= len(d.top) {
			return least, found
		}
	}
}
