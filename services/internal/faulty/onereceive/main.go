//go:build faulty

// Onereceive is epolledge with one receive for each event, of 1,024 bytes at most.
//
// The defect: edge-triggered, an event says that something has come, once. What one
// receive leaves in the socket, nobody tells again.
// The symptom: short messages are answered, and of a long one the last part comes when the client says
// something more, or never.
// Why it is easy to make: level-triggered, the same code is right; and with what one types by hand
// 1,024 bytes are never exceeded.
// Caught by: echo/sizes, by its message of 1,025 bytes.
package main

import (
	"io"
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
	buf    [1024]byte
}

func serve(s *harness.Server) error {
	// #region setup
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	l := &loop{set: set, server: s, conns: s.Conns()}
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

// accept takes everybody who waits at a listener, until EAGAIN: whoever is left is not told again.
func (l *loop) accept(from harness.Listener) {
	for {
		c, err := l.conns.Accept(from.FD, from.App)
		if err != nil {
			l.conns.Full(err)
			return
		}
		l.register(c.FD, unix.EPOLLIN|unix.EPOLLOUT|unix.EPOLLET)
		l.advance(c, false, true)
	}
}

// #endregion
// #region converse

// advance receives what has come, and moves the conversation as far as it goes, or until others
// should have their turn: then it comes again without being told.
func (l *loop) advance(c *drive.Conn, read, write bool) {
	var err error
	if wants, _, _ := c.Session.Want(); read && wants {
		err = l.receive(c)
	}
	more, done := false, false
	if err == nil {
		more, done, err = c.Advance(false, write)
	}
	if done || err != nil {
		l.conns.Remove(c) // closing takes it out of the set, too
		return
	}
	l.conns.Settle(c, more)
}

// receive takes what has arrived, or the end of it.
func (l *loop) receive(c *drive.Conn) error {
	n, err := sock.Recv(c.FD, l.buf[:])
	switch err {
	case nil:
		c.Received(l.buf[:n])
	case io.EOF:
		c.ReceivedEnd()
	case sock.ErrAgain: // an event for the other direction
	default:
		return err
	}
	return nil
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
