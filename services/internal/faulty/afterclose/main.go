//go:build faulty

// Afterclose is epoll that handles a client's events one after the other, though the first may have closed it.
//
// The defect: an event can hold several things: readable, writable, reset. What is done for the first
// may end the conversation, and the second is then done to one that isn't there any more.
// The symptom: the first client that resets ends the server, and with it all the others. (In Python: ValueError,
// the file descriptor is -1. Where descriptors are kept as bare numbers: somebody else's bytes.)
// Why it is easy to make: "if readable ... if writable ..." reads well, and the two come together so seldom
// that no trial by hand shows it.
// Caught by: echo/reset-while-writing.
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
	if l.conns.Get(fd) != nil {
		const read, write, end = unix.EPOLLIN, unix.EPOLLOUT, unix.EPOLLERR | unix.EPOLLHUP
		if events&(read|end) != 0 {
			l.advance(l.conns.Get(fd), true, false)
		}
		if events&(write|end) != 0 {
			l.advance(l.conns.Get(fd), false, true)
		}
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
