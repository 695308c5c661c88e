// Package supervise starts a service, passes its log on, ends it, starts it
// anew with other applications or flags, and gives it back as it was when
// nobody asks any more.
package supervise

import (
	"errors"
	"io"
	"log"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"c10klab/services/meter/proc"
	"c10klab/services/protocol"
)

// Overdue is how long a service may take to end before it is killed: its own grace, and some time to exit.
const Overdue = protocol.Grace + 2*time.Second

// What the operations may fail with, beside errors of the system.
var (
	ErrEnding       = errors.New("the meter is ending")
	ErrNotRunning   = errors.New("the service does not run")
	ErrNotStarted   = errors.New("the service could not be started")
	ErrDied         = errors.New("the service ended before it listened")
	ErrNotListening = errors.New("the service does not listen")
)

// Service is the service that the meter stands in front of. Its operations
// (Restart, Stop, Signal) run one at a time.
type Service struct {
	Command  []string       // the program and its arguments
	Apps     []protocol.App // that it serves when started so
	Host     netip.Addr     // where it listens
	Ports    protocol.Ports
	Proc     proc.FS
	Reaper   *Reaper
	Spawn    func(attr *syscall.SysProcAttr, fork func() (int, error)) (int, error) // nil: as this process itself
	OOMKills func() (uint64, bool)
	Stdout   io.Writer // where its output goes
	Stderr   io.Writer
	Log      *log.Logger // the meter's own

	turn   chan struct{} // holds one token: whoever has it operates
	ending chan struct{} // closed when the meter is asked to end

	mu      sync.Mutex // guards what follows
	life    *life      // the last one; nil before the first
	foreign map[uint64]bool
	failed  error // why it could not be started
	apps    []protocol.App
	args    []string
	cpus    int // that it was narrowed to; 0: all
	stopped bool
	paused  bool
	lease   lease
}

// Start starts the service for the first time. It does not wait for it to listen.
func (s *Service) Start() error {
	s.turn = make(chan struct{}, 1)
	s.turn <- struct{}{}
	s.ending = make(chan struct{})
	return s.launch(Change{})
}

// Health says what is known without connecting: Serving means that its ports listen.
func (s *Service) Health() protocol.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := protocol.Health{Args: s.args, Ports: s.Ports, Lease: s.lease.left().Seconds()}
	for _, a := range s.apps {
		h.Apps = append(h.Apps, a.String())
	}
	h.State, h.Message = s.state()
	switch {
	case s.failed != nil || s.life == nil:
	case s.life.running():
		h.PID = s.life.pid
	default:
		<-s.life.ended
		exit := s.life.exit
		h.Exit = &exit
	}
	return h
}

// state is called with mu held.
func (s *Service) state() (protocol.State, string) {
	l := s.life
	switch {
	case s.failed != nil:
		return protocol.Died, s.failed.Error()
	case l == nil:
		return protocol.Starting, "not started yet"
	case l.running() && s.paused:
		return protocol.Occupied, "paused by SIGSTOP"
	case l.running() && l.asked.Load():
		return protocol.Starting, "the service is ending"
	case l.running():
		missing, err := s.silent(s.apps, s.foreign)
		if err != nil {
			return protocol.Starting, err.Error()
		}
		if len(missing) > 0 {
			return protocol.Starting, "does not listen on " + list(missing)
		}
		return protocol.Serving, ""
	case s.stopped:
		return protocol.Stopped, "stopped on request"
	case l.asked.Load():
		return protocol.Starting, "between two starts"
	}
	<-l.ended
	if l.exit.Status == protocol.ExitUnsupported {
		return protocol.Unsupported, l.exit.LastLog
	}
	return protocol.Died, describe(l.exit)
}

// PID is the number of the service's first process, 0 if it does not run.
func (s *Service) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life == nil || !s.life.running() {
		return 0
	}
	return s.life.pid
}

// Processes returns the living and the dead but unreaped processes of the
// service, its first one before its descendants: all below this process.
func (s *Service) Processes() ([]proc.Process, error) { return s.Proc.Descendants(os.Getpid()) }
