//go:build faulty

// Missedend is epolledge that receives until a receive comes up short.
//
// The defect: a receive that doesn't fill its buffer has taken all the bytes there were, but not the end
// of file behind them. Where both came in one event, nobody comes back for the end.
// The symptom: a client that says goodbye and half-closes in one breath gets its answer and no end
// of file. It waits for ever, and its descriptor is never closed.
// Why it is easy to make: it saves a system call for every message, epoll(7) itself says that a short read
// shows an empty socket, and a client that closes a moment later is seen.
// Caught by: echo/data-and-end.
package main

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

func main() { harness.Main("epolledge", harness.Loop, serve) }

// loop is the set in the kernel and the conversations beside it.
type loop struct {
	set    int
	server *harness.Server
	conns  *drive.Conns
	unread map[*drive.Conn]bool // there may be something to receive
	buf    [protocol.ReadSize]byte
}

func serve(s *harness.Server) error {
	// #region setup
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	l := &loop{set: set, server: s, conns: s.Conns(), unread: map[*drive.Conn]bool{}}
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

// fair is how many receives of one conversation follow each other before the others have their turn.
const fair = 4

// advance receives and moves the conversation until nothing is left to receive, or until others
// should have their turn: then it comes again without being told.
func (l *loop) advance(c *drive.Conn, read, write bool) {
	if read {
		l.unread[c] = true
	}
	more, done, err := c.Advance(false, write)
	for turn := 0; !more && !done && err == nil; turn++ {
		if wants, _, _ := c.Session.Want(); !wants || !l.unread[c] {
			break
		}
		if turn == fair {
			more = true
			break
		}
		if err = l.receive(c); err == nil {
			more, done, err = c.Advance(false, false)
		}
	}
	if done || err != nil {
		delete(l.unread, c)
		l.conns.Remove(c) // closing takes it out of the set, too
		return
	}
	l.conns.Settle(c, more)
}

// receive takes what has arrived, or the end of it.
func (l *loop) receive(c *drive.Conn) error {
	n, err := sock.Recv(c.FD, l.buf[:])
	if n < len(l.buf) { // the socket is empty now
		delete(l.unread, c)
	}
	switch err {
	case nil:
		c.Received(l.buf[:n])
	case io.EOF:
		c.ReceivedEnd()
	case sock.ErrAgain:
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
