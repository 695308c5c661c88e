package harness

import (
	"encoding/binary"
	"errors"
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
	kindOf    func() Kind // what kind is to be; nil where it is fixed
	args      []string    // of the command line: a child is given them, too
	host      string
	apps      []protocol.App
	ports     map[protocol.App]int
	backlog   int
	idle      time.Duration
	print     bool
	listeners []Listener
	further   []Listener // of the loops after the first
	stopFD    int        // an eventfd, readable from the stop on
	stopping  atomic.Bool
	graceEnds time.Time // set before stopping
	limit     int       // conversations at a time that the model may hold; 0: as many as there are descriptors

	conversations atomic.Int64 // in the tables of all loops

	mu      sync.Mutex
	left    sync.Cond          // signalled when a conversation or a child ends, and at the stop
	tracked map[*Conn]struct{} // conversations of the blocking family
	release drive.Release
	ours    bool // the ports are taken: further loops may share them
	next    int  // the listener that poll's answer is searched from
	lastLog map[string]time.Time

	role     string       // in a child: what it was started for; else empty
	client   Accepted     // in a child that has one client
	children map[int]bool // process ids of those that run, and whether each was told of the stop
	reaped   map[int]unix.WaitStatus
	reaping  bool      // a goroutine waits for children
	failedAt time.Time // a child failed last
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
	s.release.Threads = s.kind == Threads
	s.tracked, s.children, s.reaped = map[*Conn]struct{}{}, map[int]bool{}, map[int]unix.WaitStatus{}
	if s.Child() {
		return s.inherit()
	}
	var err error
	if s.listeners, err = s.open(); err != nil {
		return err
	}
	s.ours = true
	if s.stopFD, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fmt.Errorf("eventfd: %w", err)
	}
	return nil
}

// open opens a listening socket for each application.
func (s *Server) open() (opened []Listener, err error) {
	defer func() {
		if err != nil {
			for _, l := range opened {
				_ = unix.Close(l.FD)
			}
		}
	}()
	blocking := s.kind != Loop && len(s.apps) == 1
	for _, app := range s.apps {
		fd, err := s.listenOn(s.ports[app])
		if err != nil {
			return opened, fmt.Errorf("%s: %w", app, err)
		}
		opened = append(opened, Listener{fd, app})
		if err := unix.SetNonblock(fd, !blocking); err != nil {
			return opened, fmt.Errorf("%s: set the listener non-blocking: %w", app, err)
		}
		if s.ports[app] != 0 { // it was chosen, or this is another loop's set
			continue
		}
		if s.ports[app], err = sock.Port(fd); err != nil {
			return opened, err
		}
	}
	return opened, nil
}

// listenOn opens a listening socket. A port that is taken it asks for again, for
// a second: io_uring's operations on a socket keep it for some milliseconds longer than the process
// that was killed, and a meter starts the next one at once.
func (s *Server) listenOn(port int) (fd int, err error) {
	share := reusePort()
	first := share && port != 0 && !s.ours // another server's port is not to be shared
	for range 200 {
		fd, err = sock.Listen(s.host, port, s.backlog, share && !first)
		if err == nil && first { // it was ours to take: now in a way that lets our other loops share it
			_ = unix.Close(fd)
			fd, err = sock.Listen(s.host, port, s.backlog, share)
		}
		if !errors.Is(err, unix.EADDRINUSE) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fd, err
}

// Listeners returns the listening sockets, one per application.
func (s *Server) Listeners() []Listener { return s.listeners }

// Listener returns the listening socket of that descriptor, if it is one.
func (s *Server) Listener(fd int) (Listener, bool) {
	for _, l := range s.listeners {
		if l.FD == fd {
			return l, true
		}
	}
	return Listener{}, false
}

// ListenersOf returns the listening sockets of the i-th of several loops, from 0
// on: a set of its own with -listen reuseport, else the one that all share.
func (s *Server) ListenersOf(i int) ([]Listener, error) {
	s.mu.Lock()
	shared := s.listeners
	s.mu.Unlock()
	if i == 0 || !reusePort() {
		return shared, nil
	}
	opened, err := s.open()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.further = append(s.further, opened...)
	return opened, err
}

// StopFD returns a descriptor that becomes, and stays, readable when the server
// shall stop: a loop waits for it like for any other.
func (s *Server) StopFD() int { return s.stopFD }

// Stopping reports whether the server has been told to stop.
func (s *Server) Stopping() bool { return s.stopping.Load() }

// CloseListeners stops accepting, for all loops at once: whoever is still in the backlog gets a
// reset. The descriptors' numbers may be others' from then on.
func (s *Server) CloseListeners() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range append(s.listeners, s.further...) {
		_ = unix.Close(l.FD)
	}
	s.listeners, s.further = nil, nil
}

// Idle is how long a conversation may receive nothing (-idle); 0: for ever.
func (s *Server) Idle() time.Duration { return s.idle }

// Printing reports whether every receive is to be printed (-print).
func (s *Server) Printing() bool { return s.print }

// Conns returns an empty table of conversations for a loop. With
// session.Deferred among the options its waits are put off instead of slept through.
func (s *Server) Conns(opts ...session.Option) *drive.Conns {
	start := func(c *session.Session, app protocol.App, fd int) { s.Start(c, app, fd, opts...) }
	return &drive.Conns{Idle: s.idle, Start: start, Log: s.Log, All: &s.conversations}
}

// Start prepares the conversation of an accepted descriptor.
func (s *Server) Start(c *session.Session, app protocol.App, fd int, opts ...session.Option) {
	if !s.print {
		c.Init(app, opts...)
		return
	}
	peer := sock.Peer(fd)
	s.Log("", "%s: connected from %s", app, peer)
	c.Init(app, append(opts[:len(opts):len(opts)], session.Observe(func(p []byte) { s.Log("", "%s: received %q from %s", app, p, peer) }))...)
}

// Stop ends the service as SIGTERM does. It tells the model, in each way that that may be waiting: a loop by the stop
// descriptor, a thread in accept by a shutdown of the listener (EINVAL), a
// thread in read by a shutdown of its socket's receiving side.
func (s *Server) Stop() {
	s.mu.Lock()
	if s.graceEnds.IsZero() {
		s.graceEnds = time.Now().Add(protocol.Grace)
	}
	s.mu.Unlock()
	if s.stopping.Swap(true) {
		return
	}
	if !s.Child() {
		one := binary.NativeEndian.AppendUint64(nil, 1)
		_, _ = unix.Write(s.stopFD, one)
	}
	if s.kind == Loop {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.Child() { // in a child the listeners are the parent's, too
		for _, l := range s.listeners {
			_ = unix.Shutdown(l.FD, unix.SHUT_RDWR)
		}
	}
	for pid := range s.children {
		s.tell(pid)
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
