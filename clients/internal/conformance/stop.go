package conformance

import (
	"context"
	"errors"
	"io"
	"strings"

	"c10klab/services/protocol"
)

// stopCases need the meter: they end the process and start it again.
func stopCases() []Case {
	return append(append(
		cases(protocol.Echo,
			Case{Name: "sigterm-idle", Title: "on SIGTERM clients that are owed nothing get the end of file", Meter: true, run: func(s *script) {
				c := s.dial()
				c.ask("hello\n", "hello\n")
				s.stopped(c.expectEOF)
			}},
			Case{Name: "sigterm-owed", Title: "on SIGTERM a client that did not read gets what it is owed in order, then the end of file", Meter: true, run: echoedAtStop},
			Case{Name: "restart", Title: "a restarted server listens on its port again, beside connections in TIME_WAIT", Meter: true, run: func(s *script) {
				for range 2 {
					c := s.dial()
					c.ask("hello\n", "hello\n")
					s.stopped(c.expectEOF) // the server closed first: TIME_WAIT is on its side
					s.nextIsServed()
				}
			}},
		),
		cases(protocol.Count,
			Case{Name: "sigterm", Title: "SIGTERM is no end of file: count says nothing", Meter: true, run: func(s *script) {
				c := s.dial()
				c.send("hello\n")
				s.pause(settle)
				s.stopped(c.expectEOF)
			}},
		)...),
		append(cases(protocol.Menu,
			Case{Name: "sigterm-owed", Title: "SIGTERM cuts no answer short, however much is owed", Meter: true, run: wholeAnswersAtStop},
		), cases(protocol.Wait,
			Case{Name: "sigterm-owed", Title: "on SIGTERM every client gets all that it is owed, then the end of file", Meter: true, Together: 4, run: func(s *script) { owedAtStop(s, 4) }},
		)...)...)
}

// stopped sends SIGTERM, lets the clients see what they must, waits for the end
// of the process, and starts the server again for the case that comes next.
func (s *script) stopped(see func()) {
	var apps []protocol.App
	for _, app := range protocol.Apps() {
		if _, spoken := s.target.Addrs[app]; spoken {
			apps = append(apps, app)
		}
	}
	ended := make(chan error, 1)
	s.note("SIGTERM")
	s.pending.Go(func() {
		err := s.target.Control.Stop(s.ctx)
		// Started again even if this case's time is up: the next one needs it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), defaultTimeout)
		defer cancel()
		ended <- errors.Join(err, s.target.Control.Restart(ctx, apps))
	})
	see()
	for _, c := range s.clients {
		c.leave()
	}
	if err := <-ended; err != nil {
		s.fail("stopping and restarting through the meter: %v", err)
	}
}

// owedAtStop has n clients wait for two answers each when SIGTERM comes: one is
// being waited for, the other was received behind it.
func owedAtStop(s *script, n int) {
	for range n {
		s.dial().ask("0\n", waited(0))
	}
	for _, c := range s.clients {
		c.send("300\n1\n")
	}
	s.pause(settle)
	s.stopped(func() {
		for _, c := range s.clients {
			c.expect(waited(300) + waited(1))
			c.expectEOF()
		}
	})
}

// echoedAtStop has a client send until nothing moves any more. How much of that
// the server had received can't be seen from outside; but what comes back must
// be what was sent, from its beginning, and then the end instead of a reset.
func echoedAtStop(s *script) {
	c := s.dialNarrow()
	block := noise(64 << 10)
	pushed := c.push(block, 64<<20)
	s.stopped(func() {
		want := strings.Repeat(block, pushed/len(block)+1)[:pushed]
		for got := 0; ; {
			p, err := c.chunk(len(block))
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil || !strings.HasPrefix(want[got:], string(p)) {
				s.fail("%s: after %d bytes as they were sent: %s", c.name, got, difference(&c.sent, want[got:], string(p), c.say(err)))
			}
			got += len(p)
		}
	})
}

// wholeAnswersAtStop has a client ask for 5 MB, which no socket's buffers hold,
// without reading. What it gets in the end must be whole answers.
func wholeAnswersAtStop(s *script) {
	c := s.dialNarrow()
	c.sendBeside(strings.Repeat("0\n", 200_000), false) // what the server no longer takes is not owed
	s.pause(settle)
	s.stopped(func() {
		c.expect(protocol.MenuGreeting)
		for {
			line, err := c.line()
			switch {
			case line == protocol.MenuAgent:
			case line == "" && errors.Is(err, io.EOF):
				return
			default:
				s.fail("%s: %s; expected whole answers %q until the end of file, got %s", c.name, &c.sent, protocol.MenuAgent, got(line, c.say(err)))
			}
		}
	})
}
