package harness

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// Server is what a model is given: listeners, the word to stop, the bounds.
type Server struct {
	name      string
	kind      Kind
	host      string
	apps      []protocol.App
	ports     map[protocol.App]int
	backlog   int
	idle      time.Duration
	print     bool
	listeners []Listener
	stopFD    int // an eventfd, readable from the stop on
	stopping  atomic.Bool
	limit     int // conversations at a time that the model may hold; 0: as many as there are descriptors

	mu      sync.Mutex
	left    sync.Cond          // signalled when a conversation ends, and at the stop
	tracked map[*Conn]struct{} // conversations of the blocking family
	next    int                // the listener that poll's answer is searched from
	lastLog map[string]time.Time
}

// Listener is a listening socket that knows its application.
type Listener struct {
	FD  int
	App protocol.App
}

// listen opens the sockets. A blocking model that serves one application alone
// sits in accept(2) itself; with several it must ask poll(2) which is ready, and
// then may not block in accept, as another thread may have been quicker.
func (s *Server) listen() error {
	blocking := s.kind != Loop && len(s.apps) == 1
	for _, app := range s.apps {
		fd, err := sock.Listen(s.host, s.ports[app], s.backlog)
		if err != nil {
			return fmt.Errorf("%s: %w", app, err)
		}
		if err := unix.SetNonblock(fd, !blocking); err != nil {
			return fmt.Errorf("%s: set the listener non-blocking: %w", app, err)
		}
		if s.ports[app], err = sock.Port(fd); err != nil {
			return err
		}
		s.listeners = append(s.listeners, Listener{fd, app})
	}
	var err error
	if s.stopFD, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fmt.Errorf("eventfd: %w", err)
	}
	s.tracked = map[*Conn]struct{}{}
	s.left.L = &s.mu
	return nil
}

// Listeners returns the listening sockets, one per application.
func (s *Server) Listeners() []Listener { return s.listeners }

// StopFD returns a descriptor that becomes, and stays, readable when the server
// shall stop: a loop waits for it like for any other.
func (s *Server) StopFD() int { return s.stopFD }

// Stopping reports whether the server has been told to stop.
func (s *Server) Stopping() bool { return s.stopping.Load() }

// CloseListeners stops accepting: whoever is still in the backlog gets a reset.
func (s *Server) CloseListeners() {
	for _, l := range s.listeners {
		_ = unix.Close(l.FD)
	}
	s.listeners = nil
}

// Conns returns an empty table of conversations for a loop.
func (s *Server) Conns() *drive.Conns {
	return &drive.Conns{Idle: s.idle, Start: s.start, Log: s.Log}
}

// start prepares the conversation of an accepted descriptor.
func (s *Server) start(c *session.Session, app protocol.App, fd int) {
	if !s.print {
		c.Init(app)
		return
	}
	peer := sock.Peer(fd)
	s.Log("", "%s: connected from %s", app, peer)
	c.Init(app, session.Observe(func(p []byte) { s.Log("", "%s: received %q from %s", app, p, peer) }))
}

// stop tells the model, in each way that it may be waiting: a loop by the stop
// descriptor, a thread in accept by a shutdown of the listener (EINVAL), a
// thread in read by a shutdown of its socket's receiving side.
func (s *Server) stop() {
	if s.stopping.Swap(true) {
		return
	}
	one := binary.NativeEndian.AppendUint64(nil, 1)
	_, _ = unix.Write(s.stopFD, one)
	if s.kind == Loop {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.listeners {
		_ = unix.Shutdown(l.FD, unix.SHUT_RDWR)
	}
	for c := range s.tracked {
		_ = c.CloseRead()
	}
	s.left.Broadcast()
}

// Log writes one line to standard error. Lines of a kind other than "" are
// written once a second at most: what goes wrong 10,000 times is told a few times.
func (s *Server) Log(kind, format string, args ...any) {
	if kind != "" {
		s.mu.Lock()
		if s.lastLog == nil {
			s.lastLog = map[string]time.Time{}
		}
		now := time.Now()
		recent := now.Sub(s.lastLog[kind]) < time.Second
		if !recent {
			s.lastLog[kind] = now
		}
		s.mu.Unlock()
		if recent {
			return
		}
	}
	fmt.Fprintf(os.Stderr, s.name+": "+format+"\n", args...)
}

func usage(err error) int {
	if err == flag.ErrHelp {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	return 2
}
