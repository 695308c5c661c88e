package harness

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// What a kernel thread with its conversation may take, when the memory limit is
// divided among them: 20 KB of stacks and page tables in the kernel, as much of
// the runtime's own, the socket's buffers while they are in use.
const bytesPerThread = 64 << 10

// Threads and processes that are not conversations': the runtime's, the meter's, its health check's.
const reserve = 128

// The same for a child process: its runtime's heap, stacks and page tables, 1,050 KB
// when idle; and the threads that a Go program has which takes signals.
const (
	bytesPerProcess   = 1280 << 10
	threadsPerProcess = 8
)

// bound finds how many conversations a model with a thread or a process for each may hold. A Go program that
// can't start a thread dies, and one that starts more than SetMaxThreads does so,
// too, so both are set apart from the limits.
func (s *Server) bound() {
	switch s.kind {
	case Threads:
		s.limit = most(1, bytesPerThread)
		debug.SetMaxThreads(s.limit + reserve)
	case Processes:
		s.limit = most(threadsPerProcess, bytesPerProcess)
	}
}

// most returns how many that take so many threads and bytes each the limits leave room for: the
// least of what the pids limit, half of the machine's process numbers and the memory allow; 0 where nothing limits.
func most(threads, bytes int) (limit int) {
	least := func(path string, f func(int) int) {
		if n, ok := readInt(path); ok {
			if bound := max(1, f(n)); limit == 0 || bound < limit {
				limit = bound
			}
		}
	}
	for _, path := range limitFiles("pids", "pids.max", "pids.max") {
		least(path, func(n int) int { return (n - reserve) / threads })
	}
	least("/proc/sys/kernel/pid_max", func(n int) int { return (n/2 - reserve) / threads })
	least("/proc/sys/kernel/threads-max", func(n int) int { return (n/2 - reserve) / threads })
	for _, path := range limitFiles("memory", "memory.limit_in_bytes", "memory.max") {
		least(path, func(n int) int { return n / bytes })
	}
	return limit
}

// ThreadsEach says that each conversation takes n threads instead of one.
func (s *Server) ThreadsEach(n int) { s.limit = max(1, s.limit/n) }

// Fit returns how many of n threads or processes of a pool the limits allow, and says so in the log if that is fewer. A
// loop that has threads beside it asks as well.
func (s *Server) Fit(n int) int {
	limit := s.limit
	if s.kind == Loop {
		if limit = most(1, bytesPerThread); limit > 0 {
			debug.SetMaxThreads(limit + reserve)
		}
	}
	if limit == 0 || n <= limit {
		return n
	}
	s.Log("", "a pool of %d instead of %d: more the limits do not allow", limit, n)
	return limit
}

// limitFiles lists where a limit of this process's control group may stand, in
// versions 1 and 2 (cgroups(7)): below the path that /proc/self/cgroup gives, and, as a container sees only its own
// group, at the top. Files that don't exist are among them.
func limitFiles(controller, v1, v2 string) []string {
	const root = "/sys/fs/cgroup"
	files := []string{filepath.Join(root, controller, v1), filepath.Join(root, v2)}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return files
	}
	for line := range strings.Lines(string(groups)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(fields) < 3:
		case fields[1] == "":
			files = append(files, filepath.Join(root, fields[2], v2))
		case slices.Contains(strings.Split(fields[1], ","), controller):
			files = append(files, filepath.Join(root, controller, fields[2], v1))
		}
	}
	return files
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
