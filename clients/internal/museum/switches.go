package museum

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// switches is how often the threads of the process have given up the CPU of
// their own accord, because they had nothing to do.
func (s *server) switches() (uint64, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	total := uint64(0)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has ended meanwhile
		}
		_, after, found := strings.Cut(string(text), "\nvoluntary_ctxt_switches:")
		line, _, _ := strings.Cut(after, "\n")
		n, err := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
		if !found || err != nil {
			return 0, fmt.Errorf("count the switches of process %d: %s does not tell", s.cmd.Process.Pid, file)
		}
		total += n
	}
	if total == 0 {
		return 0, fmt.Errorf("count the switches of process %d: it has no threads", s.cmd.Process.Pid)
	}
	return total, nil
}
