//go:build faulty

// Fatalerror is poll whose loop ends with the first client's error.
//
// The defect: an error of one conversation is passed up like any other, to where it ends the loop. It concerns
// nobody but its client.
// The symptom: the server serves until somebody's connection is reset: a browser that is closed, a laptop
// that sleeps. Then it is gone, and with it everybody else: "connection reset by peer", status 1.
// Why it is easy to make: "if err != nil { return err }" is what one writes; in Python one does
// nothing at all, and the exception finds its way up.
// Caught by: echo/reset-when-idle.
package main

import (
	"fmt"
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
				if err := l.handle(int(fd), events); err != nil {
					return err
				}
			}
			if i < len(l.set) && l.set[i].Fd == fd { // else the last entry has moved here
				i++
			}
		}
		// #endregion
		for _, c := range l.conns.Expired(time.Now()) {
			if err := l.advance(c, false, false); err != nil {
				return err
			}
		}
		if l.conns.Room() {
			l.listen(true)
		}
	}
	return nil
}

// handle does what one entry asks for.
func (l *loop) handle(fd int, events int16) error {
	if c := l.conns.Get(fd); c != nil {
		const read, write, end = unix.POLLIN, unix.POLLOUT, unix.POLLERR | unix.POLLHUP
		return l.advance(c, events&(read|end) != 0, events&(write|end) != 0)
	}
	if fd == l.server.StopFD() {
		l.forget(fd)
		l.listen(false)
		l.server.CloseListeners()
		l.conns.Drain()
		return nil
	}
	if listener, ok := l.server.Listener(fd); ok {
		return l.accept(listener)
	}
	return nil
}

// #region accept

// accept takes everybody who waits at a listener.
func (l *loop) accept(from harness.Listener) error {
	for {
		c, err := l.conns.Accept(from.FD, from.App)
		if err != nil {
			if l.conns.Full(err) {
				l.listen(false)
			}
			return nil
		}
		c.Registered = drive.Interest{Read: true}
		l.watch(c.FD, c.Registered)
		if err := l.advance(c, false, true); err != nil {
			return err
		}
	}
}

// #endregion
// #region converse

// advance moves a conversation as far as it goes, and changes its entry if it now waits for something else.
func (l *loop) advance(c *drive.Conn, read, write bool) error {
	more, done, err := c.Advance(read, write)
	if err != nil {
		return fmt.Errorf("descriptor %d: %w", c.FD, err)
	}
	if done {
		l.forget(c.FD)
		l.conns.Remove(c)
		return nil
	}
	l.conns.Settle(c, more)
	if want := c.Interest(); want != c.Registered {
		c.Registered = want
		l.change(c.FD, want)
	}
	return nil
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
