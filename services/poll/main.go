// Poll serves all clients with one thread that asks about all of them at each turn.
//
// The idea: one array with an entry for each descriptor: what to wait for, and
// after poll(2) returned, what has come. No bit sets, so no highest descriptor: as many as the process may have.
// Who waits where: the one thread, in poll(2), for everybody.
// What breaks it: the whole array goes into the kernel at every turn, and the kernel asks
// every socket in it: 10,000 silent clients make each request of the one active dear.
// Read next: epoll, where the array stays in the kernel; select, which came before.
package main

import (
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
	more, done, err := c.Advance(read, write)
	if done || err != nil {
		l.forget(c.FD)
		l.conns.Remove(c)
		return
	}
	l.conns.Settle(c, more)
	if want := c.Interest(); want != c.Registered {
		c.Registered = want
		l.change(c.FD, want)
	}
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
