package harness

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// What a kernel thread with its conversation may take, when the memory limit is
// divided among them: 20 KB of stacks and page tables in the kernel, as much of
// the runtime's own, the socket's buffers while they are in use.
const bytesPerThread = 64 << 10

// Threads and processes that are not conversations': the runtime's, the meter's, its health check's.
const reserve = 128

// bound finds how many conversations a model with a thread for each may hold: the
// least of what the pids limit, half of the machine's process numbers and the memory allow. A Go program that
// can't start a thread dies, and one that starts more than SetMaxThreads does so,
// too, so both are set apart from the limits.
func (s *Server) bound() {
	if s.kind != Threads {
		return
	}
	least := func(path string, f func(int) int) {
		if n, ok := readInt(path); ok {
			if bound := max(1, f(n)); s.limit == 0 || bound < s.limit {
				s.limit = bound
			}
		}
	}
	for _, path := range []string{"/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/pids.max"} {
		least(path, func(n int) int { return n - reserve })
	}
	least("/proc/sys/kernel/pid_max", func(n int) int { return n/2 - reserve })
	least("/proc/sys/kernel/threads-max", func(n int) int { return n/2 - reserve })
	for _, path := range []string{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max"} {
		least(path, func(n int) int { return n / bytesPerThread })
	}
	debug.SetMaxThreads(s.limit + reserve)
}

// readInt reads a file that holds one number; "max" and a missing file are none.
func readInt(path string) (int, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	return n, err == nil
}
