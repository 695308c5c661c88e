// Greenlet gives each client a stack of its own, and switches between them by name.
//
// The idea: a conversation's code blocks, or so it reads. Its socket, some calls
// further down, tells epoll what it waits for and switches to the hub; the hub
// switches back to it when that has come. No function between them takes notice.
// Who waits where: conversations in a switch to the hub, the one thread in epoll_wait(2) for all.
// What breaks it: whatever waits without the hub's help stalls everybody (Python's
// gevent therefore replaces the library's sockets), and so does a handler that computes.
// Read next: generator, the same with each switch in sight; goroutine, where the
// language has the hub built in.
package main

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
)

func main() { harness.Main("greenlet", harness.Loop, serve) }

// #region converse

// talk holds one conversation.
func (s *socket) talk() error {
	for !s.Session.Done() {
		var err error
		switch read, write, run := s.Session.Want(); {
		case write:
			err = s.Send()
		case read:
			err = s.Receive()
		case run:
			err = s.Step()
		default:
			err = s.Sleep()
		}
		if err != nil {
			return err
		}
	}
	return s.Close()
}

// #endregion

func serve(s *harness.Server) error {
	// #region setup
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	h := &hub{set: set, server: s, conns: s.Conns(session.Deferred())}
	h.Greenlet = New(Current(), h.loop)
	h.listen(unix.EPOLL_CTL_ADD)
	h.control(unix.EPOLL_CTL_ADD, s.StopFD(), unix.EPOLLIN)
	return h.Switch()
	// #endregion
}

// #region wait

// loop is what the hub does.
func (h *hub) loop() (err error) {
	events, n := make([]unix.EpollEvent, 512), 0
	for !h.conns.Drained() {
		n, err = sock.EpollWait(h.set, events, h.conns.Next(), n > 0)
		if err != nil {
			return err
		}
		for _, event := range events[:n] {
			h.handle(int(event.Fd), event.Events)
		}
		for _, c := range h.conns.Expired(time.Now()) {
			h.resume(h.sockets[c.FD])
		}
		if h.conns.Room() {
			h.listen(unix.EPOLL_CTL_ADD)
		}
	}
	return nil
}

// #endregion
// #region switch

// spawn makes a greenlet for an accepted connection.
func (h *hub) spawn(c *drive.Conn) *socket {
	s := &socket{Conn: c, hub: h, step: c.Session.Step, events: unix.EPOLLIN}
	s.Greenlet = New(h.Greenlet, s.talk)
	h.add(s)
	return s
}

// wait leaves the conversation that calls it, at whatever depth, until one of the
// events may have come, or its time, or the connection's end.
func (h *hub) wait(s *socket, events uint32) error {
	if events != s.events {
		s.events = events
		h.control(unix.EPOLL_CTL_MOD, s.FD, events)
	}
	return h.Switch()
}

// resume switches to a conversation, and is back when that waits again, has ended,
// or wants a handler run.
func (h *hub) resume(s *socket) {
	if s.hopeless() {
		h.remove(s)
		return
	}
	for range fair {
		h.errand = nil
		_ = s.Switch() // an error ends that conversation and nothing else
		switch {
		case s.Dead():
			h.remove(s)
			return
		case h.errand == nil:
			h.conns.Settle(s.Conn, false)
			return
		}
		h.errand()
	}
	h.conns.Settle(s.Conn, true)
}

// #endregion
