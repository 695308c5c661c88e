package machine

import (
	"os"
	"strconv"
	"strings"
)

var tickNames = []string{"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"}

// ticks reads the machine's clock ticks since boot, by what they were spent on (proc_stat(5)).
func ticks() map[string]uint64 {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return nil
	}
	first, _, _ := strings.Cut(string(b), "\n")
	fields := strings.Fields(first)
	out := map[string]uint64{}
	for i, name := range tickNames {
		if i+1 >= len(fields) {
			break
		}
		if v, err := strconv.ParseUint(fields[i+1], 10, 64); err == nil {
			out[name] = v
		}
	}
	return out
}
