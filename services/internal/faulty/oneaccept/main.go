//go:build faulty

// Oneaccept is epolledge that accepts one client for each event.
//
// The defect: clients that connect at about the same time share one event. Whoever isn't
// accepted then waits in the backlog until the next client comes, and gets what was meant for that one.
// The symptom: one by one all is well. Of a crowd a few are connected and never answered, as many for ever.
// Why it is easy to make: "the listener is readable, so accept" is right level-triggered, where it is told
// again; and with two clients started by hand it always works.
// Caught by: echo/arrive-together.
package main

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

func main() { harness.Main("epolledge", harness.Loop, serve) }

// loop is the set in the kernel and the conversations beside it.
type loop struct {
	set    int
	server *harness.Server
	conns  *drive.Conns
}

func serve(s *harness.Server) error {
	// #region setup
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	l := &loop{set, s, s.Conns()}
	l.conns.Edge = true
	for _, listener := range s.Listeners() {
		l.register(listener.FD, unix.EPOLLIN|unix.EPOLLET)
	}
	l.register(s.StopFD(), unix.EPOLLIN|unix.EPOLLET)
	// #endregion

	// #region wait
	events, n := make([]unix.EpollEvent, 512), 0
	for !l.conns.Drained() {
		n, err = sock.EpollWait(set, events, l.conns.Next(), n > 0)
		if err != nil {
			return err
		}
		for _, event := range events[:n] {
			l.handle(int(event.Fd), event.Events)
		}
		// #endregion
		for _, c := range l.conns.Expired(time.Now()) {
			l.advance(c, false, false)
		}
		if l.conns.Room() { // those who came meanwhile are no news
			for _, listener := range s.Listeners() {
				l.accept(listener)
			}
		}
	}
	return nil
}

// handle does what one event asks for.
func (l *loop) handle(fd int, events uint32) {
	if c := l.conns.Get(fd); c != nil {
		const read, write, end = unix.EPOLLIN, unix.EPOLLOUT, unix.EPOLLERR | unix.EPOLLHUP
		l.advance(c, events&(read|end) != 0, events&(write|end) != 0)
		return
	}
	if fd == l.server.StopFD() {
		l.server.CloseListeners()
		l.conns.Drain()
		return
	}
	if listener, ok := l.server.Listener(fd); ok {
		l.accept(listener)
	}
}

// #region accept

// accept takes the client who waits at a listener.
func (l *loop) accept(from harness.Listener) {
	c, err := l.conns.Accept(from.FD, from.App)
	if err != nil {
		l.conns.Full(err)
		return
	}
	l.register(c.FD, unix.EPOLLIN|unix.EPOLLOUT|unix.EPOLLET)
	l.advance(c, false, true)
}

// #endregion
// #region converse

// advance moves a conversation until EAGAIN, or until others should have their
// turn: then it comes again without being told.
func (l *loop) advance(c *drive.Conn, read, write bool) {
	more, done, err := c.Advance(read, write)
	if done || err != nil {
		l.conns.Remove(c) // closing takes it out of the set, too
		return
	}
	l.conns.Settle(c, more)
}

// #endregion
// #region register

// register adds a descriptor to the set, once and for all.
func (l *loop) register(fd int, events uint32) {
	if err := unix.EpollCtl(l.set, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		l.server.Log("epoll_ctl", "epoll_ctl(ADD, %d): %v", fd, err)
	}
}

// #endregion
