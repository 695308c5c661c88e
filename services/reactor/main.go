// Reactor calls a protocol for what has happened: Twisted's shape.
//
// The idea: the program never reads and never waits. It says what is to be done
// when a client has come, bytes have come, all is sent, the client has left, or a time has
// passed; the reactor waits for everything and calls. A result that isn't there yet
// is a Deferred: a place to hang callbacks on.
// Who waits where: the one thread, in epoll_wait(2) (poll or select by -selector), for everybody.
// What breaks it: a handler that computes stalls everybody. (One that waits need not:
// it returns a Deferred, and a timer answers.) And code cut into callbacks reads inside out.
// Read next: generator and greenlet, the same loop under code that reads straight on;
// multireactor, one loop per CPU.
package main

import (
	"io"
	"time"

	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
	"c10klab/services/protocol"
)

func main() {
	name := harness.Choice("selector", "the system's call to wait with", "epoll", "poll", "select")
	harness.Main("reactor", harness.Loop, func(s *harness.Server) error { return serve(s, *name) })
}

// lab is what all conversations share.
type lab struct {
	reactor *Reactor
	server  *harness.Server
}

func serve(s *harness.Server, name string) error {
	// #region setup
	r, err := New(name)
	if err != nil {
		return &harness.Unsupported{Mechanism: "waiting for readiness", Err: err}
	}
	r.Log = s.Log
	l := &lab{r, s}
	for _, from := range s.Listeners() {
		factory := FactoryFunc(func(fd int) Protocol { return l.build(from.App, fd) })
		if err := r.Listen(from.FD, factory); err != nil {
			return err
		}
	}
	err = r.AddReader(s.StopFD(), func() {
		r.RemoveReader(s.StopFD())
		r.Stop(protocol.Grace)
		s.CloseListeners()
	})
	if err != nil {
		return err
	}
	return r.Run()
	// #endregion
}

// #region converse

// conversation is the protocol of one client, whatever its application: what can happen
// to it. What it does about that is advance (conversation.go).
type conversation struct {
	*lab
	transport *Transport
	session   session.Session
	pending   *Deferred    // an answer, or its next turn; nil: it waits for its socket
	idle      *DelayedCall // only where -idle is set
	received  int64        // monotonic ns of the last receive, likewise
}

func (l *lab) build(app protocol.App, fd int) Protocol {
	c := &conversation{lab: l}
	l.server.Start(&c.session, app, fd, session.Deferred())
	return c
}

// ConnectionMade begins the conversation.
func (c *conversation) ConnectionMade(t *Transport) {
	c.transport = t
	c.limit()
	c.advance()
}

// DataReceived stores what has come and answers it.
func (c *conversation) DataReceived(data []byte) {
	c.session.Feed(data)
	if c.idle != nil {
		c.received = monotonic()
	}
	c.advance()
}

// ReadConnectionLost goes on: what was received is still answered.
func (c *conversation) ReadConnectionLost(reason error) {
	if reason == io.EOF {
		c.session.EOF()
	} else {
		c.session.Stop()
	}
	c.advance()
}

// ResumeProducing goes on after a rest.
func (c *conversation) ResumeProducing() { c.advance() }

// ConnectionLost takes back what would still call.
func (c *conversation) ConnectionLost(error) {
	if c.pending != nil {
		c.pending.Cancel()
	}
	if c.idle != nil {
		c.idle.Cancel()
	}
}

// #endregion
// #region later

// later goes on when d has passed. Meanwhile others are served.
func (c *conversation) later(d time.Duration) {
	c.transport.PauseReading()
	c.pending = c.reactor.DeferLater(d)
	c.pending.AddCallback(func(any) (any, error) {
		c.pending = nil
		c.session.Resume() // if it was an answer that it waited for
		c.advance()
		return nil, nil
	})
}

// #endregion
