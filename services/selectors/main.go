// Selectors registers each descriptor with a callback, and picks the best call that the system has.
//
// The idea: a program says what it waits for and what is to be done then
// (selector.go); whether epoll, poll or select does the waiting stands in a file of
// that name each, and nothing else knows. The loop is three lines for any program.
// Who waits where: the one thread, in epoll_wait(2), poll(2) or select(2), for everybody.
// What breaks it: what breaks any loop of one thread: a handler that computes or
// sleeps. And what an abstraction costs: it promises what all three can do (no
// edges), and what one can't do comes through: -selector select ends at descriptor 1024.
// Read next: epoll, poll and select, bare; reactor, which calls for bytes instead of readiness.
package main

import (
	"fmt"
	"time"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

func main() {
	name := harness.Choice("selector", "the system's call to wait with; auto takes the best there is", "auto", "epoll", "poll", "select")
	harness.Main("selectors", harness.Loop, func(s *harness.Server) error { return serve(s, *name) })
}

// lab is a selector and the conversations beside it.
type lab struct {
	selector *Selector
	server   *harness.Server
	conns    *drive.Conns
	talk     Callback // one for all: a callback for each would cost 32 bytes for each
}

func serve(s *harness.Server, name string) error {
	// #region setup
	selector, err := NewSelector(name)
	if err != nil {
		return &harness.Unsupported{Mechanism: "waiting for readiness", Err: err}
	}
	defer selector.Close()
	l := &lab{selector: selector, server: s, conns: s.Conns()}
	l.talk = l.converse
	l.listen(true)
	l.note(selector.Register(s.StopFD(), Read, l.stop))
	// #endregion

	// #region wait
	for !l.conns.Drained() {
		keys, err := selector.Select(l.conns.Next())
		if err != nil {
			return err
		}
		for _, key := range keys {
			selector.Call(key)
		}
		// #endregion
		for _, c := range l.conns.Expired(time.Now()) {
			l.advance(c, 0)
		}
		if l.conns.Room() {
			l.listen(true)
		}
	}
	return nil
}

// stop is the callback of the stop's descriptor.
func (l *lab) stop(fd int, _ Interest) {
	l.note(l.selector.Unregister(fd))
	l.listen(false)
	l.server.CloseListeners()
	l.conns.Drain()
}

// #region accept

// accept takes everybody who waits at a listener. A descriptor that the selector
// has no room for is closed at once.
func (l *lab) accept(from harness.Listener) {
	for {
		c, err := l.conns.Accept(from.FD, from.App)
		if err == nil {
			c.Registered = drive.Interest{Read: true}
			if err = l.selector.Register(c.FD, Read, l.talk); err == nil {
				l.advance(c, Write)
				continue
			}
			l.conns.Remove(c)
			err = fmt.Errorf("one was closed: %w", err)
		}
		switch {
		case l.conns.Full(err):
			l.listen(false)
		case err != sock.ErrAgain:
			l.note(err)
		}
		return
	}
}

// #endregion
// #region converse

// converse is the callback of every conversation's descriptor.
func (l *lab) converse(fd int, ready Interest) { l.advance(l.conns.Get(fd), ready) }

// advance moves a conversation as far as it goes, and tells the selector if it now waits for something else.
func (l *lab) advance(c *drive.Conn, ready Interest) {
	more, done, err := c.Advance(ready&Read != 0, ready&Write != 0)
	if done || err != nil {
		l.note(l.selector.Unregister(c.FD))
		l.conns.Remove(c)
		return
	}
	l.conns.Settle(c, more)
	if want := c.Interest(); want != c.Registered {
		c.Registered = want
		l.note(l.selector.Modify(c.FD, interest(want.Read, want.Write)))
	}
}

// #endregion
// #region register

// listen registers the listeners, or unregisters them.
func (l *lab) listen(on bool) {
	for _, from := range l.server.Listeners() {
		if on {
			l.note(l.selector.Register(from.FD, Read, func(int, Interest) { l.accept(from) }))
		} else {
			_ = l.selector.Unregister(from.FD) // not registered while there is no room
		}
	}
}

// note says in the log what the selector refused.
func (l *lab) note(err error) {
	if err != nil {
		l.server.Log("selector", "%v", err)
	}
}

// #endregion
