package main

import (
	"io"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/sock"
)

// socket is a connection whose calls seem to block: where a call finds nothing to
// do, it switches to the hub, and tries again when the hub has switched back. Each
// returns ErrExit once the conversation was killed.
type socket struct {
	*drive.Conn
	*Greenlet // the conversation's
	hub       *hub
	step      func() // the session's
	events    uint32 // what the kernel was last told to look for
}

// Send hands over some of what is owed.
func (s *socket) Send() error {
	for {
		if err := s.Conn.Send(); err != sock.ErrAgain {
			return err
		}
		if err := s.hub.wait(s, unix.EPOLLOUT); err != nil {
			return err
		}
	}
}

// Receive takes in some of what has arrived, or the end of it.
func (s *socket) Receive() error {
	for {
		if err := s.Conn.Receive(); err != sock.ErrAgain {
			return err
		}
		if err := s.hub.wait(s, unix.EPOLLIN); err != nil {
			return err
		}
	}
}

// Sleep lets the time come that the session waits for.
func (s *socket) Sleep() error {
	for {
		if _, waits := s.Session.Until(); !waits {
			return nil
		}
		if err := s.hub.wait(s, 0); err != nil {
			return err
		}
	}
}

// Step has a handler run, on the hub's stack. Deep calls make a stack grow, and it
// stays large: the hub has one, the conversations have ten thousand.
func (s *socket) Step() error {
	s.hub.errand = s.step
	return s.hub.Switch()
}

// Close sends the end of file and discards what still arrives, until the peer's.
func (s *socket) Close() error {
	if err := s.Finish(); err != nil {
		return err
	}
	for s.Discard() != io.EOF {
		if err := s.hub.wait(s, unix.EPOLLIN); err != nil {
			return err
		}
	}
	return nil
}

// hopeless reports whether there is nothing to switch to a conversation for: its time
// is up, or the connection broke while the conversation wanted nothing of it.
func (s *socket) hopeless() bool {
	return s.Expired() || s.events == 0 && sock.Pending(s.FD) != nil
}
