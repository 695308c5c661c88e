// Package harness is what each service's binary needs around its model: flags,
// listening sockets, signals, bounds found from the limits, the log.
package harness

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// Model serves all listeners until the server stops.
type Model func(*Server) error

// Kind says what a model asks of the Go runtime. GOMAXPROCS belongs to the model.
type Kind int

const (
	// Loop is one thread that does everything: GOMAXPROCS 1 (at 2 the scheduler
	// spreads an unlocked loop over two threads), locked to its thread.
	Loop Kind = iota
	// OneThread is one thread that blocks in its system calls.
	OneThread
	// Threads is many kernel threads that block in system calls. GOMAXPROCS is at
	// least 16, even on one CPU: a thread back from a system call needs a
	// processor of the runtime's, and with fewer it queues for one.
	Threads
	// Goroutines is the Go runtime as it is. The model sets GOMAXPROCS (Procs): explicitly,
	// or the runtime would look for a new limit now and then.
	Goroutines
	// Processes is a parent whose children serve: it is a OneThread, each child
	// one with GOMAXPROCS 1. The model's function runs in both: Server.Child tells which.
	Processes
)

// ErrStopped is what Accept returns once the server stops; Main takes it for success.
var ErrStopped = errors.New("the server has stopped accepting")

// The main goroutine stays on the process's first thread, and only here can that be had: once
// main runs, a slow system call is enough for it to go on with another one.
func init() { runtime.LockOSThread() }

// Main runs a model as a program: it never returns. Exit status: 0 after SIGTERM
// or SIGINT, 1 if it can't listen or the model fails, 2 for bad flags,
// protocol.ExitUnsupported if the machine refuses the mechanism.
func Main(name string, kind Kind, serve Model) {
	os.Exit(run(&Server{name: name, kind: kind}, serve, os.Args[1:]))
}

// MainOf is Main for a model whose kind one of its own flags decides: kind is asked once they are parsed.
func MainOf(name string, kind func() Kind, serve Model) {
	os.Exit(run(&Server{name: name, kindOf: kind}, serve, os.Args[1:]))
}

func run(s *Server, serve Model, args []string) int {
	s.left.L = &s.mu
	if err := s.parse(args); err != nil {
		return usage(err)
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM)
	if s.Child() {
		signal.Ignore(syscall.SIGINT) // Ctrl-C goes to all processes of the terminal: the parent passes the stop on, once
	} else {
		signal.Notify(signals, syscall.SIGINT)
	}
	s.prepare() // which names a child's thread: its parent takes that for a sign that it takes signals
	if err := s.listen(); err != nil {
		s.Log("", "%v", err)
		return 1
	}
	go s.await(signals)
	if !s.Child() {
		// The runtime's first timer takes two descriptors, and the program dies if there are none. So
		// it gets them now: a stop must work when clients have all the others.
		time.AfterFunc(0, func() {})
		s.bound()
		s.Log("", "listening on %s: %s", s.host, s.portList())
	}

	err := s.run(serve)
	var no *Unsupported
	switch {
	case errors.As(err, &no):
		s.Log("", "%v", err)
		return protocol.ExitUnsupported
	case err != nil && !errors.Is(err, ErrStopped):
		s.Log("", "%v", err)
		return 1
	}
	s.awaitEnd()
	return 0
}

// prepare gives the model the runtime that its kind asks for.
func (s *Server) prepare() {
	switch s.kind {
	case Loop, OneThread, Processes:
		if s.kind != Processes || s.Child() {
			sock.NameThread(protocol.ServingThread)
		}
	case Goroutines:
		runtime.UnlockOSThread()
	}
	switch s.kind {
	case Loop:
		runtime.GOMAXPROCS(1)
	case OneThread, Threads:
		runtime.GOMAXPROCS(max(16, runtime.NumCPU()))
	case Processes:
		if !s.Child() { // a child has it from its environment
			runtime.GOMAXPROCS(max(16, runtime.NumCPU()))
		}
	}
}

// run calls the model. One that gives each client a thread which ends with it may
// not do so with the process's first thread: that one can't end, and would stay
// behind. So it is kept out of the way: the main goroutine has it, and waits here.
func (s *Server) run(serve Model) error {
	if s.kind != Threads {
		return serve(s)
	}
	ended := make(chan error)
	go func() { ended <- serve(s) }()
	return <-ended
}

// Unsupported says that this machine refuses a model's mechanism.
type Unsupported struct {
	Mechanism string
	Err       error
}

func (u *Unsupported) Error() string {
	return fmt.Sprintf("unsupported here: %s: %v", u.Mechanism, u.Err)
}
func (u *Unsupported) Unwrap() error { return u.Err }

// await ends the service on SIGTERM or SIGINT: the model is told, and if it
// has not ended within the grace, the process is.
func (s *Server) await(signals <-chan os.Signal) {
	<-signals
	s.Stop()
	select {
	case <-time.After(protocol.Grace):
		s.Log("", "stopped after %v with conversations unfinished", protocol.Grace)
	case <-signals:
		s.Log("", "stopped at once, asked twice")
	}
	s.killChildren()
	os.Exit(0)
}
