package harness

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// Accepted is a connection, and the application that its client talks to.
type Accepted struct {
	sock.Conn
	App protocol.App
}

// Accept waits for the next client of a model that blocks, as Take does, and
// begins its conversation. It returns ErrStopped at the end.
func (s *Server) Accept() (*Conn, error) {
	a, err := s.Take()
	if err != nil {
		return nil, err
	}
	return s.Begin(a), nil
}

// Take waits for the next connection: in accept(2) itself where one application is
// served, else in poll(2) first. While the model holds as many conversations as it
// may, or the machine has no descriptor left, it waits until one has ended; clients
// wait in the backlog meanwhile. It returns ErrStopped at the end.
func (s *Server) Take() (Accepted, error) {
	for {
		if !s.AwaitRoom() {
			return Accepted{}, ErrStopped
		}
		l := s.listeners[0]
		if len(s.listeners) > 1 {
			var err error
			if l, err = s.ready(); err != nil {
				return Accepted{}, err
			}
		}
		c, err := sock.AcceptBlocking(l.FD)
		switch {
		case s.Stopping():
			if err == nil {
				_ = c.Close()
			}
			return Accepted{}, ErrStopped
		case err == nil:
			return Accepted{c, l.App}, nil
		case err == sock.ErrAgain:
		case s.Child() && err == unix.EINVAL: // the parent has shut the listener down: it stops
			return Accepted{}, ErrStopped
		case !s.Full(err):
			return Accepted{}, err
		}
	}
}

// ready asks poll(2) for a listener with a client. It looks on from the one after
// the last, so that a busy application does not shut the others out.
func (s *Server) ready() (Listener, error) {
	set := make([]unix.PollFd, len(s.listeners))
	for i, l := range s.listeners {
		set[i] = unix.PollFd{Fd: int32(l.FD), Events: unix.POLLIN}
	}
	for {
		_, err := unix.Poll(set, -1)
		if err != nil && err != unix.EINTR {
			return Listener{}, err
		}
		s.mu.Lock()
		from := s.next
		s.mu.Unlock()
		for i := range set {
			at := (from + i) % len(set)
			if set[at].Revents != 0 {
				s.mu.Lock()
				s.next = at + 1
				s.mu.Unlock()
				return s.listeners[at], nil
			}
		}
	}
}

// AwaitRoom waits until one more conversation may begin; false when the server
// stops. Take does so by itself; it is for a model that accepts in its own way.
func (s *Server) AwaitRoom() bool {
	s.mu.Lock()
	full := s.limit > 0 && s.held() >= s.limit
	s.mu.Unlock()
	if full {
		s.Log("full", "no room for another client: %d are served, as many as the limits allow; the others wait in the backlog", s.limit)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.limit > 0 && s.held() >= s.limit && !s.Stopping() {
		s.left.Wait()
	}
	return !s.Stopping()
}

// held is how many conversations there are, children's among them. Call it with mu held.
func (s *Server) held() int { return len(s.tracked) + len(s.children) }

// Full reports whether the error of an accept, or of the start of a child, means
// that there is no room for one more. If so, it says so in the log and waits until
// a conversation has ended, or a second has passed: what is short may be held elsewhere.
func (s *Server) Full(err error) bool {
	if !sock.Exhausted(err) {
		return false
	}
	s.mu.Lock()
	n := s.held()
	s.mu.Unlock()
	s.Log("full", "no room for another client: %v; %d are served, the others wait in the backlog", err, n)
	wake := time.AfterFunc(time.Second, s.left.Broadcast)
	defer wake.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held() >= n && !s.Stopping() {
		s.left.Wait()
	}
	return true
}

// Begin makes an accepted connection a conversation.
func (s *Server) Begin(a Accepted) *Conn {
	if s.idle > 0 {
		_ = a.SetTimeouts(s.idle)
	}
	return s.Track(a.Conn, a.App)
}

// Track takes an open connection into the server's care, so that the stop reaches
// it wherever it waits, and returns its conversation.
func (s *Server) Track(t Transport, app protocol.App) *Conn {
	fd := descriptor(t)
	c := &Conn{Transport: t, server: s, fd: fd, Session: new(session.Session)}
	s.Start(c.Session, app, fd)
	s.mu.Lock()
	s.tracked[c] = struct{}{}
	s.release.Joined(len(s.tracked))
	s.mu.Unlock()
	if s.Stopping() {
		_ = c.CloseRead()
	}
	return c
}

// descriptor returns the transport's descriptor; it is good until the transport is closed.
func descriptor(t Transport) (fd int) {
	switch t := t.(type) {
	case sock.Conn:
		return t.FD
	case syscall.Conn: // the net package's
		if raw, err := t.SyscallConn(); err == nil {
			_ = raw.Control(func(d uintptr) { fd = int(d) })
		}
	}
	return fd
}

// awaitEnd waits until all conversations have ended, children's among them; the grace in await bounds it.
func (s *Server) awaitEnd() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.held() > 0 {
		s.left.Wait()
	}
}
