//go:build faulty

// Shortsend is poll that sends once what is owed, and takes it for sent.
//
// The defect: send(2) says how much it has taken: what there was room for in the socket. What it has not
// taken is forgotten here.
// The symptom: answers come whole as long as clients read quickly. To one that is slow, or far
// away, some bytes in the middle are missing, and what follows is in their place.
// Why it is easy to make: on a socket that blocks, send takes all; on one that does not, it does so for
// every message that one types. The count is a result that nothing makes one look at.
// Caught by: echo/never-reads.
package main

import (
	"io"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

func main() { harness.Main("poll", harness.Loop, serve) }

// loop is the array that poll is asked about, and the conversations beside it.
type loop struct {
	array
	server *harness.Server
	conns  *drive.Conns
}

func serve(s *harness.Server) (err error) {
	// #region setup
	l := &loop{server: s, conns: s.Conns()}
	l.listen(true)
	l.watch(s.StopFD(), drive.Interest{Read: true})
	// #endregion

	// #region wait
	for n := 0; !l.conns.Drained(); {
		n, err = sock.Poll(l.set, l.conns.Next(), n > 1)
		if err != nil {
			return err
		}
		for i, left := 0, n; left > 0 && i < len(l.set); {
			fd, events := l.set[i].Fd, l.set[i].Revents
			if events != 0 {
				left--
				l.set[i].Revents = 0
				l.handle(int(fd), events)
			}
			if i < len(l.set) && l.set[i].Fd == fd { // else the last entry has moved here
				i++
			}
		}
		// #endregion
		for _, c := range l.conns.Expired(time.Now()) {
			l.advance(c, false, false)
		}
		if l.conns.Room() {
			l.listen(true)
		}
	}
	return nil
}

// handle does what one entry asks for.
func (l *loop) handle(fd int, events int16) {
	if c := l.conns.Get(fd); c != nil {
		const read, write, end = unix.POLLIN, unix.POLLOUT, unix.POLLERR | unix.POLLHUP
		l.advance(c, events&(read|end) != 0, events&(write|end) != 0)
		return
	}
	if fd == l.server.StopFD() {
		l.forget(fd)
		l.listen(false)
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
				l.listen(false)
			}
			return
		}
		c.Registered = drive.Interest{Read: true}
		l.watch(c.FD, c.Registered)
		l.advance(c, false, true)
	}
}

// #endregion
// #region converse

// advance moves a conversation as far as it goes, and changes its entry if it now waits for something else.
func (l *loop) advance(c *drive.Conn, read, write bool) {
	c.Ready(read, write)
	more, done, err := converse(c)
	if done || err != nil {
		l.forget(c.FD)
		l.conns.Remove(c)
		return
	}
	l.conns.Settle(c, more)
	_, owes, _ := c.Session.Want()
	if want := (drive.Interest{Read: !owes, Write: owes}); want != c.Registered {
		c.Registered = want
		l.change(c.FD, want)
	}
}

// fair is how many steps one conversation may take before the others have their turn.
const fair = 16

// converse sends what is owed, runs handlers and receives, in this order, until it has to wait for
// the socket, or with more until the others have had their turn.
func converse(c *drive.Conn) (more, done bool, err error) {
	for range fair {
		read, write, run := c.Session.Want()
		switch {
		case c.Expired():
			return false, true, nil
		case c.Finishing():
			return false, c.Discard() == io.EOF, nil
		case write:
			err = send(c)
		case run:
			c.Session.Step()
		case read:
			err = c.Receive()
		case c.Ended():
			return false, true, nil
		default:
			err = c.Finish()
		}
		if err == sock.ErrAgain {
			return false, false, nil
		}
		if err != nil {
			return false, true, err
		}
	}
	return true, false, nil
}

// send hands over what is owed.
func send(c *drive.Conn) error {
	owed := c.Session.Pending()
	_, err := sock.Send(c.FD, owed)
	if err == nil {
		c.Session.Sent(len(owed))
	}
	return err
}

// #endregion
// #region register

// listen adds the listeners' entries, or takes them out.
func (l *loop) listen(on bool) {
	for _, listener := range l.server.Listeners() {
		if on {
			l.watch(listener.FD, drive.Interest{Read: true})
		} else {
			l.forget(listener.FD)
		}
	}
}

// #endregion

// What follows is poll's array.go.

// array is what poll(2) is asked about, in no order.
type array struct {
	set   []unix.PollFd
	place []int32 // of each descriptor in set, and 1: 0 for those that aren't there
}

// watch adds an entry.
func (a *array) watch(fd int, want drive.Interest) {
	for fd >= len(a.place) {
		a.place = append(a.place, make([]int32, max(64, len(a.place)))...)
	}
	a.set = append(a.set, unix.PollFd{Fd: int32(fd), Events: mask(want)})
	a.place[fd] = int32(len(a.set))
}

// change has an entry ask for something else.
func (a *array) change(fd int, want drive.Interest) { a.set[a.place[fd]-1].Events = mask(want) }

func mask(want drive.Interest) (events int16) {
	if want.Read {
		events |= unix.POLLIN
	}
	if want.Write {
		events |= unix.POLLOUT
	}
	return events
}

// forget takes an entry out: the last one moves to its place.
func (a *array) forget(fd int) {
	i := a.place[fd]
	if i == 0 {
		return // it is out already
	}
	last := a.set[len(a.set)-1]
	a.set[i-1], a.place[last.Fd], a.place[fd] = last, i, 0
	a.set = a.set[:len(a.set)-1]
}
