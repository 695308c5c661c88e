package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// Where a process finds what its parent has opened: the first descriptor after
// standard input, output and error.
const firstInherited = 3

// Acceptor is the role of a child that accepts from its parent's listeners
// itself. Every other role is the name of the application that its one client talks to.
const Acceptor = "acceptor"

// Child reports whether this process was started by another one of the same
// model (-child): what fork(2) tells by returning 0.
func (s *Server) Child() bool { return s.role != "" }

// ChildArgs is the command line of a child: this process's, and its role.
func (s *Server) ChildArgs(role string) []string {
	return append(append([]string{s.name}, s.args...), "-child", role)
}

// ChildEnv is the environment of a child: this process's, and GOMAXPROCS 1. A
// child serves one client at a time; and with it set, the runtime needn't look for the
// container's CPU limit at every start.
func (s *Server) ChildEnv() []string { return append(os.Environ(), "GOMAXPROCS=1") }

// WithParent lets the kernel kill a child when its parent's thread is gone
// (PR_SET_PDEATHSIG of prctl(2)): no orphan is left where a parent was killed.
// Start children from the main goroutine, whose thread lives as long as the process.
var WithParent = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}

// inherit takes what the parent has opened.
func (s *Server) inherit() error {
	if s.role == Acceptor {
		for i, app := range s.apps {
			unix.CloseOnExec(firstInherited + i)
			s.listeners = append(s.listeners, Listener{firstInherited + i, app})
		}
		return nil
	}
	app, err := protocol.ParseApp(s.role)
	if err != nil {
		return err
	}
	s.client = Accepted{sock.Conn{FD: firstInherited}, app}
	return nil
}

// Client begins the conversation of the one client that a child was started for.
func (s *Server) Client() *Conn { return s.Begin(s.client) }

// Adopt takes a started child into the server's care: it is reaped when it ends,
// told when the server stops. Give it what ForkExec returned; where that is an
// error, it says so in the log and waits until there may be room again.
func (s *Server) Adopt(pid int, err error) {
	if err != nil {
		if !sock.Exhausted(err) && err != unix.EAGAIN { // EAGAIN is the limit on processes (fork(2))
			s.Log("start", "can't start a child: %v", err)
		}
		s.Full(unix.ENOMEM)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if status, ended := s.reaped[pid]; ended { // before we came here
		delete(s.reaped, pid)
		s.note(pid, status)
		return
	}
	s.children[pid] = false
	if s.Stopping() {
		s.tell(pid)
	}
	if !s.reaping {
		s.reaping = true
		go s.reap()
	}
}

// reap waits for children as long as there are any (wait4(2)).
func (s *Server) reap() {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		if err == unix.EINTR {
			continue
		}
		s.mu.Lock()
		if err != nil && len(s.children) == 0 { // ECHILD: there is none
			s.reaping = false
			s.mu.Unlock()
			return
		}
		if _, known := s.children[pid]; known {
			delete(s.children, pid)
			s.note(pid, status)
		} else if err == nil {
			s.reaped[pid] = status
		}
		s.mu.Unlock()
		s.left.Broadcast()
	}
}

// note remembers that a child failed. Call it with mu held.
func (s *Server) note(pid int, status unix.WaitStatus) {
	if status.Exited() && status.ExitStatus() == 0 {
		return
	}
	s.failedAt = time.Now()
	if !s.Stopping() {
		go s.Log("child", "child %d ended by itself: exit status %d, signal %v", pid, status.ExitStatus(), status.Signal())
	}
}

// AwaitChildren waits until fewer than n children run. Where one has just
// failed it waits a second more, or one that can't live would be started for ever. It
// returns ErrStopped at the end.
func (s *Server) AwaitChildren(n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.Stopping() {
		wait := time.Until(s.failedAt.Add(time.Second))
		if len(s.children) < n && wait <= 0 {
			return nil
		}
		if len(s.children) < n {
			wake := time.AfterFunc(wait, s.left.Broadcast)
			s.left.Wait()
			wake.Stop()
			continue
		}
		s.left.Wait()
	}
	return ErrStopped
}

// tell passes the stop on to a child, once. One that is only just starting would die of the signal, with the
// client that it has got; so it waits until that one is ready. Call it with mu held.
func (s *Server) tell(pid int) {
	told, living := s.children[pid]
	switch {
	case told || !living:
	case takesSignals(pid):
		s.children[pid] = true
		_ = unix.Kill(pid, unix.SIGTERM)
	default:
		time.AfterFunc(time.Millisecond, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.tell(pid)
		})
	}
}

// takesSignals reports whether a child has come so far: it names its thread when it does.
func takesSignals(pid int) bool {
	names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/comm", pid))
	for _, name := range names {
		if b, _ := os.ReadFile(name); strings.TrimSpace(string(b)) == protocol.ServingThread {
			return true
		}
	}
	return false
}

// killChildren ends those that have not ended within the grace, and waits for them, for a second at
// most: what nobody has waited for stays behind as a zombie where the first process is none that reaps.
func (s *Server) killChildren() {
	until := time.Now().Add(time.Second)
	defer time.AfterFunc(time.Second, s.left.Broadcast).Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for pid := range s.children {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	for len(s.children) > 0 && time.Now().Before(until) {
		s.left.Wait()
	}
}
