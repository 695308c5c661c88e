// Select serves all clients with one thread that asks about all of them at each turn.
//
// The idea: three sets of descriptors, a bit for each: whom to read from, whom to
// write to, whom something exceptional has happened to. select(2) blocks until one of them is ready, and leaves in the sets
// those that are. What can't be sent at once waits in the client's queue, and its bit is set in the second set.
// Who waits where: the one thread, in select(2), for everybody.
// What breaks it: FD_SETSIZE: descriptor 1,024 has no bit, whatever the limits of the process. And
// kernel and program look at every bit up to the highest one, however few are active.
// Read next: poll, the same without the 1,024; epoll, where the kernel keeps the set.
package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

func main() {
	stdin := harness.Switch("stdin", "a key (and Enter) on the terminal ends the server: its descriptor is one more in the set")
	harness.Main("select", harness.Loop, func(s *harness.Server) error { return serve(s, *stdin) })
}

// loop is the three sets that select is asked about, and the conversations beside them.
type loop struct {
	sets
	server *harness.Server
	conns  *drive.Conns
}

func serve(s *harness.Server, stdin bool) (err error) {
	// #region setup
	l := &loop{server: s, conns: s.Conns()}
	l.listen(true)
	l.watch(s.StopFD(), drive.Interest{Read: true})
	if stdin {
		l.watch(unix.Stdin, drive.Interest{Read: true})
	}
	// #endregion

	// #region wait
	for n := 0; !l.conns.Drained(); {
		read, write, except := l.read, l.write, l.except // select overwrites what it is given
		n, err = sock.Select(l.highest+1, &read, &write, &except, l.conns.Next(), n > 1)
		if err != nil {
			return err
		}
		for fd, left := 0, n; left > 0 && fd <= l.highest; fd++ {
			canRead, canWrite, trouble := read.IsSet(fd), write.IsSet(fd), except.IsSet(fd)
			if canRead || canWrite || trouble {
				left--
				l.handle(fd, canRead || trouble, canWrite || trouble)
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

// handle does what one ready descriptor asks for.
func (l *loop) handle(fd int, read, write bool) {
	if c := l.conns.Get(fd); c != nil {
		l.advance(c, read, write)
		return
	}
	if fd == l.server.StopFD() {
		l.watch(fd, drive.Interest{})
		l.listen(false)
		l.server.CloseListeners()
		l.conns.Drain()
		return
	}
	if fd == unix.Stdin {
		l.key()
		return
	}
	if listener, ok := l.server.Listener(fd); ok {
		l.accept(listener)
	}
}

// #region accept

// accept takes everybody who waits at a listener, as long as there are bits for them.
func (l *loop) accept(from harness.Listener) {
	for {
		fd, err := lowestFree(from.FD)           // which the next client would have
		if err == nil && fd >= unix.FD_SETSIZE { // one without a bit must stay in the backlog
			err = fmt.Errorf("descriptor %d is beyond select's FD_SETSIZE, %d: %w", fd, unix.FD_SETSIZE, unix.EMFILE)
		}
		var c *drive.Conn
		if err == nil {
			c, err = l.conns.Accept(from.FD, from.App)
		}
		if err != nil {
			if l.conns.Full(err) {
				l.listen(false)
			}
			return
		}
		l.advance(c, false, true)
	}
}

// #endregion
// #region converse

// advance moves a conversation as far as it goes, and sets its bits for what it now waits for.
func (l *loop) advance(c *drive.Conn, read, write bool) {
	more, done, err := c.Advance(read, write)
	if done || err != nil {
		l.watch(c.FD, drive.Interest{})
		l.conns.Remove(c)
		return
	}
	l.conns.Settle(c, more)
	if want := c.Interest(); want != c.Registered {
		c.Registered = want
		l.watch(c.FD, want)
	}
}

// #endregion
// #region register

// listen sets the listeners' bits, or clears them.
func (l *loop) listen(on bool) {
	for _, listener := range l.server.Listeners() {
		l.watch(listener.FD, drive.Interest{Read: on})
	}
}

// #endregion
