//go:build faulty

// Exactevent is epoll that compares the events with == where it should test their bits.
//
// The defect: a reset is told as EPOLLIN|EPOLLERR|EPOLLHUP, 0x19. That equals neither EPOLLIN nor
// EPOLLOUT, so nobody does anything about it.
// The symptom: each client that resets leaves a descriptor behind, for ever; and as the kernel goes on telling,
// the loop never sleeps again: a whole CPU while nobody says anything.
// Why it is easy to make: events nearly always come one by one, and a client that closes in an orderly
// way is a plain EPOLLIN. Constants with names look like the values of an enumeration.
// Caught by: echo/descriptors, and the CPU by echo/idle-cpu.
package main

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

func main() { harness.Main("epoll", harness.Loop, serve) }

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
	l.listen(unix.EPOLL_CTL_ADD)
	l.control(unix.EPOLL_CTL_ADD, s.StopFD(), unix.EPOLLIN)
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
		if l.conns.Room() {
			l.listen(unix.EPOLL_CTL_ADD)
		}
	}
	return nil
}

// handle does what one event asks for.
func (l *loop) handle(fd int, events uint32) {
	if c := l.conns.Get(fd); c != nil {
		l.advance(c, events == unix.EPOLLIN, events == unix.EPOLLOUT)
		return
	}
	if fd == l.server.StopFD() {
		l.control(unix.EPOLL_CTL_DEL, fd, 0)
		l.server.CloseListeners()
		l.conns.Drain()
		return
	}
	if listener, ok := l.server.Listener(fd); ok {
		l.accept(listener)
	}
}

// #region accept

// accept takes everybody who waits at a listener.
func (l *loop) accept(from harness.Listener) {
	for {
		c, err := l.conns.Accept(from.FD, from.App)
		if err != nil {
			if l.conns.Full(err) {
				l.listen(unix.EPOLL_CTL_DEL)
			}
			return
		}
		c.Registered = drive.Interest{Read: true}
		l.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
		l.advance(c, false, true)
	}
}

// #endregion
// #region converse

// advance moves a conversation as far as it goes, and tells the kernel if it now waits for something else.
func (l *loop) advance(c *drive.Conn, read, write bool) {
	more, done, err := c.Advance(read, write)
	if done || err != nil {
		l.conns.Remove(c) // closing takes it out of the set, too
		return
	}
	l.conns.Settle(c, more)
	if want := c.Interest(); want != c.Registered {
		c.Registered = want
		l.control(unix.EPOLL_CTL_MOD, c.FD, want.Epoll())
	}
}

// #endregion
// #region register

// listen adds the listeners to the set, or takes them out of it.
func (l *loop) listen(op int) {
	for _, listener := range l.server.Listeners() {
		l.control(op, listener.FD, unix.EPOLLIN)
	}
}

// control changes the set. It fails only for a descriptor that isn't open, or is in the set already.
func (l *loop) control(op, fd int, events uint32) {
	if err := unix.EpollCtl(l.set, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		l.server.Log("epoll_ctl", "epoll_ctl(%d, %d): %v", op, fd, err)
	}
}

// #endregion
