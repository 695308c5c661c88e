// Events is the smallest event-driven framework: a list of handlers, each of them called in every round.
//
// The idea: whatever takes part is an object with one method, Execute: a client,
// the listener, the stop. Run (loop.go) calls them all in turn, and each finds out
// by a call that can't block whether there is something for it to do.
// Who waits where: the one thread, in poll(2) with a short time-out, for everybody.
// What breaks it: idle clients. Poll knows who is ready, and nobody asks it: each round
// costs a system call for every client, and there are rounds when nothing happens at all.
// A handler that computes or sleeps stalls everybody.
// Read next: selectors and reactor, which call only who is ready; polling, which never waits.
package main

import (
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

func main() {
	period := harness.Poll()
	harness.Main("events", harness.Loop, func(s *harness.Server) error { return serve(s, *period) })
}

// lab is what its handlers share.
type lab struct {
	loop   Loop
	server *harness.Server
	conns  *drive.Conns
	full   bool // nobody is accepted until room returns
}

func serve(s *harness.Server, period time.Duration) error {
	// #region setup
	l := &lab{server: s, conns: s.Conns()}
	l.loop.Due = l.conns.Next
	l.loop.Add(&clock{lab: l}) // clock.go. First: what it says holds for all others in the same round
	for _, from := range s.Listeners() {
		l.loop.Add(&listener{l, from})
	}
	return l.loop.Run(period)
	// #endregion
}

// #region accept

// listener is the handler of one application's listening socket.
type listener struct {
	*lab
	from harness.Listener
}

// Watch waits for a client, unless there is no room for one: poll(2) would return at once.
func (l *listener) Watch() (fd int, events int16) {
	if l.full {
		return -1, 0
	}
	return l.from.FD, unix.POLLIN
}

// Execute takes everybody who waits.
func (l *listener) Execute() State {
	if l.server.Stopping() {
		return Done
	}
	for !l.full {
		c, err := l.conns.Accept(l.from.FD, l.from.App)
		if err != nil {
			l.full = l.conns.Full(err)
			break
		}
		l.loop.Add(&conversation{l.lab, c})
	}
	return Waiting
}

// #endregion
// #region converse

// conversation is the handler of one client.
type conversation struct {
	*lab
	conn *drive.Conn
}

// Watch waits for what the conversation wants now.
func (c *conversation) Watch() (fd int, events int16) {
	want := c.conn.Interest()
	if want.Read {
		events |= unix.POLLIN
	}
	if want.Write {
		events |= unix.POLLOUT
	}
	return c.conn.FD, events
}

// Execute asks the socket itself, ready or not: a client that says nothing costs a receive, too.
func (c *conversation) Execute() State {
	more, done, err := c.conn.Advance(true, true)
	if done || err != nil {
		c.conns.Remove(c.conn)
		if c.conns.Drained() { // it was the last: there is nothing to wait for
			c.loop.Stop()
		}
		return Done
	}
	c.conns.Settle(c.conn, more)
	if more {
		return Again
	}
	return Waiting
}

// #endregion
