package compare

import (
	"fmt"
	"slices"
	"strings"

	"c10klab/clients/internal/result"
)

// accounting says why the two runs' figures were not counted alike; empty if they were.
func (m Metric) accounting(model string, sides [2]side) string {
	var ways [2]string
	for i, s := range sides {
		switch {
		case m.CPU:
			ways[i] = s.cpuCounted(model)
		case !m.relative():
			ways[i] = s.memoryCounted(model)
		}
	}
	a, b := ways[0], ways[1]
	switch {
	case strings.Contains(a, several):
		return "A: " + a
	case strings.Contains(b, several):
		return "B: " + b
	case a != b && m.CPU:
		return fmt.Sprintf("CPU time is counted otherwise: %s in A, %s in B", a, b)
	case a != b:
		return fmt.Sprintf("memory is counted otherwise: %s in A, %s in B", a, b)
	}
	return ""
}

const several = "counted in several ways within the run: "

// one joins what should be one.
func one(ways []string) string {
	slices.Sort(ways)
	ways = slices.Compact(ways)
	if len(ways) > 1 {
		return several + strings.Join(ways, ", ")
	}
	return strings.Join(ways, "")
}

// cpuCounted is where CPU times come from, and whether interrupts are taken out of them.
func (s side) cpuCounted(model string) string {
	var ways []string
	for _, r := range s.run.Records {
		if r.Model != model || r.Experiment != "throughput" || r.Outcome != result.OK {
			continue
		}
		way := or(r.Contender.CPUSource, "unknown source")
		if r.Reference.CPUSource != r.Contender.CPUSource {
			way += " against " + or(r.Reference.CPUSource, "unknown source")
		}
		ways = append(ways, fmt.Sprintf("%s (interrupt time apart: %s)", way, or(s.run.Manifest.Machine.IRQTime, "unknown")))
	}
	return one(ways)
}

// memoryCounted is over which connections, how shared pages are counted, and whether the kernel's part is.
func (s side) memoryCounted(model string) string {
	trials, experiment := s.idle(model)
	var ways []string
	for _, steps := range trials {
		last := steps[len(steps)-1]
		kernel := "with the kernel's part"
		if last.Contender.MemoryKernel <= 0 {
			kernel = "without the kernel's part"
		}
		ways = append(ways, fmt.Sprintf("%s to %d idle, %s, %s", experiment, last.Idle, or(last.Contender.ResidentKind, "resident"), kernel))
	}
	return one(ways)
}

func or(words, otherwise string) string {
	if words == "" {
		return otherwise
	}
	return words
}
