// Socketserver is the handler framework: its user writes what is said, and the server does the rest.
//
// The idea: a server waits for a request and takes it through a row of steps: get, verify,
// process, finish, shut down. What is said stands in a handler (Setup, Handle, Finish), which
// never sees the loop. A mixin takes the place of one step, process: a thread or a child does the rest.
// Who waits where: the server in poll(2), no longer than -poll; each request's thread, or process, in read(2).
// What breaks it: what breaks its mixin (thread and process say it). And the interval: a server with nothing to
// do wakes a hundred times a second; with a longer one its service actions come late.
// Read next: thread and process, the same without a framework; reactor, a framework with one thread for all.
package main

import (
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

func main() { Main("socketserver", &Server{NewHandler: newConversation}) }

// #region setup

// mixins are the ways to process a request, by the word for -mixin, and what each asks of the runtime.
//
// In Python a mixin is a class in front of the server's own: what it overrides, the
// server's other methods call, too. A Go method never calls up into the type that embeds its
// own, so embedding can't do that. The server is composed instead: the step is a field, and the mixin a function in it.
var mixins = map[string]struct {
	kind    harness.Kind
	process func(*Server, harness.Accepted)
}{
	"threading": {harness.Threads, threading},
	"forking":   {harness.Processes, forking},
	"none":      {harness.OneThread, (*Server).ProcessRequest},
}

// #endregion
// #region wait

// ServeForever takes requests until the server is told to stop. Every interval,
// whether anybody came or not, it runs the service actions.
func (s *Server) ServeForever(interval time.Duration) error {
	if s.Child() { // the parent got the request, and started this process to do the rest
		s.Complete(s.Client())
		return nil
	}
	listeners := s.Listeners()
	set := make([]unix.PollFd, len(listeners))
	for i, l := range listeners {
		set[i] = unix.PollFd{Fd: int32(l.FD), Events: unix.POLLIN}
		if err := unix.SetNonblock(l.FD, true); err != nil { // a client may be gone again: accept must not wait for the next
			return err
		}
	}
	for !s.Stopping() {
		if _, err := sock.Poll(set, int(interval.Milliseconds()), false); err != nil {
			return err
		}
		for i := range set {
			if set[i].Revents != 0 {
				if err := s.HandleRequest(listeners[i]); err != nil {
					return err
				}
			}
		}
		s.ServiceActions()
	}
	return nil
}

// #endregion
// #region accept

// HandleRequest takes one request as far as its mixin lets this thread go. It
// returns an error if the server can't go on, harness.ErrStopped if it shall not.
func (s *Server) HandleRequest(from harness.Listener) error {
	request, err := s.GetRequest(from)
	switch {
	case err == sock.ErrAgain, err != nil && s.Full(err): // Full has waited for room
		return nil
	case err != nil:
		return err
	case !s.VerifyRequest(request):
		s.ShutdownRequest(request)
	default:
		s.process(s, request)
	}
	return nil
}

// #endregion
// #region threading

// threading gives each request a kernel thread.
func threading(s *Server, request harness.Accepted) {
	conn := s.Begin(request)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its request
		sock.NameThread(protocol.ServingThread)
		s.Complete(conn)
	}()
}

// #endregion
// #region forking

// forking gives each request a process: this program executed again, with the
// request's socket for descriptor 3. There ServeForever completes it.
func forking(s *Server, request harness.Accepted) {
	pid, err := syscall.ForkExec("/proc/self/exe", s.ChildArgs(request.App.String()), &syscall.ProcAttr{
		Env:   s.ChildEnv(),
		Files: []uintptr{0, 1, 2, uintptr(request.FD)},
		Sys:   harness.WithParent,
	})
	s.ShutdownRequest(request) // the parent's copy: while it is open the client never sees the end
	s.Adopt(pid, err)          // to be reaped
}

// #endregion
// #region converse

// conversation is the lab's handler: it says what the application says. It has nothing to set up, nor to finish.
type conversation struct {
	Base
	*harness.Conn
}

func newConversation(conn *harness.Conn) Handler { return &conversation{Conn: conn} }

// Handle holds the conversation. A client's error ends it, and nobody need hear of it.
func (c *conversation) Handle() error {
	_ = drive.Converse(c.Conn, c.Session)
	return nil
}

// #endregion
