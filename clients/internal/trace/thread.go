package trace

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"c10klab/services/protocol"
)

// thread is one traced thread.
type thread struct {
	tid, pid int
	name     string
	serves   bool // named as one that serves
	begun    bool // its first stop, SIGSTOP, is behind it
	inside   bool // in a system call, and let go on
	call     Call // that call, as far as it was known at its entry
	kind     kind
	args     [6]int
	at       int  // the how many'th call of all it is
	ends     bool // the call ends by the clock as well
	seated   bool // it was waiting in this call when the step began
	child    int  // the process that this call has started
}

// event is about a thread or process that a call has started, or about a program executed.
func (t *tracer) event(th *thread, cause int) {
	switch cause {
	case unix.PTRACE_EVENT_EXEC:
		t.look(th)
		t.names.executed(th.pid)
	case unix.PTRACE_EVENT_CLONE, unix.PTRACE_EVENT_FORK, unix.PTRACE_EVENT_VFORK:
		if n, err := unix.PtraceGetEventMsg(th.tid); err == nil && group(int(n)) == int(n) {
			th.child = int(n)
		}
	}
}

// look reads what /proc says of a thread: its process and its name.
func (t *tracer) look(th *thread) {
	th.pid = group(th.tid)
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", th.tid))
	th.name = strings.TrimSpace(string(b))
	th.serves = strings.HasPrefix(th.name, protocol.ServingThread)
}

// group is the process that a thread belongs to.
func group(tid int) (pid int) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	for line := range strings.Lines(string(b)) {
		if _, err := fmt.Sscanf(line, "Tgid: %d", &pid); err == nil {
			return pid
		}
	}
	return 0
}
