//go:build faulty

// Emptyreceive is select that does nothing about a receive of no bytes.
//
// The defect: a receive that returns 0 is the end of file. A server that only looks at what was received takes it
// for nothing, and asks again.
// The symptom: a client that has said all never sees the end, its descriptor is never closed; and a
// socket at its end is readable for ever, so the loop spins: a whole CPU while nobody says anything.
// Why it is easy to make: the clients of a first trial are closed with Ctrl-C, one at a time, and the
// server goes on answering the others.
// Caught by: echo/nothing, and the CPU by echo/idle-cpu.
package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
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
	buf    [protocol.ReadSize]byte
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

// advance receives, moves the conversation as far as it goes, and sets its bits for what it now waits for.
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

// receive takes what has arrived.
func (l *loop) receive(c *drive.Conn) error {
	n, err := unix.Read(c.FD, l.buf[:])
	if n > 0 {
		c.Received(l.buf[:n])
	}
	if err == unix.EAGAIN || err == unix.EINTR {
		return nil
	}
	return err
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

// What follows is select's sets.go and key.go.

// sets are the three that select(2) is asked about: in each a bit for every descriptor below FD_SETSIZE.
type sets struct {
	read, write, except unix.FdSet
	highest             int // that was ever in a set
}

// watch sets a descriptor's bits for what is waited for, and clears the others. Nobody has one in the third
// set: it tells of urgent data (POLLPRI), and a connection that breaks is told to readers and writers anyway.
func (s *sets) watch(fd int, want drive.Interest) {
	s.read.Clear(fd)
	s.write.Clear(fd)
	if want.Read {
		s.read.Set(fd)
	}
	if want.Write {
		s.write.Set(fd)
	}
	s.highest = max(s.highest, fd)
}

// lowestFree tries which descriptor the next one opened would be, by a copy of any that is open.
func lowestFree(any int) (int, error) {
	fd, err := unix.FcntlInt(uintptr(any), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return fd, err
}

// key ends the server when something was typed; at the end of its input there is nothing to wait for.
func (l *loop) key() {
	var line [256]byte
	n, err := unix.Read(unix.Stdin, line[:])
	switch {
	case n > 0:
		l.server.Log("", "a key was pressed: stopping")
		l.server.Stop()
	case n == 0 || err != unix.EINTR:
		l.watch(unix.Stdin, drive.Interest{})
	}
}
