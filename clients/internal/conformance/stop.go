package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"c10klab/services/protocol"
)

// stopCases need the meter: they end the process and start it again.
func stopCases() []Case {
	return slices.Concat(
		cases(protocol.Echo,
			Case{Name: "sigterm-idle", Title: "on SIGTERM clients that are owed nothing get the end of file", Meter: true, run: func(s *script) {
				c := s.dial()
				c.ask("hello\n", "hello\n")
				s.stopped(c.expectEOF)
			}},
			Case{Name: "sigterm-owed", Title: "on SIGTERM a client that did not read gets what it is owed in order, then the end of file", Meter: true, run: echoedAtStop},
			Case{Name: "sigterm-load", Title: "on SIGTERM all who are served get their bytes in order and the end of file, not a reset", Meter: true, Together: streams, run: func(s *script) { stopUnderLoad(s, streams) }},
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
		),
		cases(protocol.Menu,
			Case{Name: "sigterm-owed", Title: "SIGTERM cuts no answer short, however much is owed", Meter: true, run: wholeAnswersAtStop},
		),
		cases(protocol.Page,
			Case{Name: "sigterm-owed", Title: "SIGTERM cuts no reply short, however many are owed", Meter: true, run: wholeRepliesAtStop},
		),
		cases(protocol.Wait,
			Case{Name: "sigterm-owed", Title: "on SIGTERM every client gets all that it is owed, then the end of file", Meter: true, Together: 4, run: func(s *script) { owedAtStop(s, 4) }},
		),
	)
}

// stopped sends SIGTERM, lets the clients see what they must, waits for the end
// of the process, and starts the server again for the case that comes next. It
// returns how the process ended, which must be by itself, in time and with status 0.
func (s *script) stopped(see func()) protocol.Exit {
	type end struct {
		exit protocol.Exit
		took time.Duration
		err  error
	}
	ended := make(chan end, 1)
	s.note("SIGTERM")
	s.pending.Go(func() {
		began := time.Now()
		exit, err := s.target.Control.Stop(s.ctx)
		took := time.Since(began)
		ended <- end{exit, took, errors.Join(err, s.startAgain())}
	})
	see()
	for _, c := range s.clients {
		c.leave()
	}
	e := <-ended
	switch {
	case e.err != nil:
		s.fail("stopping and restarting through the meter: %v", e.err)
	case e.exit.Status != 0:
		s.fail("after SIGTERM; expected the process to end with status 0, got %s; its last log line: %q", how(e.exit), e.exit.LastLog)
	case e.took > protocol.Grace:
		s.fail("after SIGTERM; expected the process to end as soon as nobody was owed anything, within %v, got %v", protocol.Grace, e.took)
	}
	return e.exit
}

// how puts the end of a process into words.
func how(e protocol.Exit) string {
	if e.Signal != "" {
		return "killed by " + e.Signal
	}
	return fmt.Sprintf("status %d", e.Status)
}

// startAgain starts the server as it was, even if this case's time is up: the next one needs it.
func (s *script) startAgain() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), defaultTimeout)
	defer cancel()
	return s.target.Control.Restart(ctx, s.target.apps())
}

// restarted starts the server anew with these flags. The function it returns gives it back as it was.
func (s *script) restarted(args ...string) (giveBack func()) {
	if err := s.target.Control.Restart(s.ctx, s.target.apps(), args...); err != nil {
		s.blame("restarting through the meter with %s: %v", strings.Join(args, " "), errors.Join(err, s.startAgain()))
		runtime.Goexit()
	}
	s.note("restarted with %s", strings.Join(args, " "))
	return func() {
		if err := s.startAgain(); err != nil {
			s.blame("restarting through the meter: %v", err)
		}
	}
}

// owedAtStop has n clients wait for two answers each when SIGTERM comes: one is
// being waited for, the other was received behind it.
func owedAtStop(s *script, n int) {
	for range n {
		s.dial().ask("0\n", waited(0))
	}
	for _, c := range s.clients {
		c.send("500\n1\n")
	}
	s.pause(settle)
	s.stopped(func() {
		for _, c := range s.clients {
			c.expect(waited(500) + waited(1))
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
	pushed := c.push(block, 64<<20, stuck)
	s.stopped(func() {
		s.pause(quiet)
		want := strings.Repeat(block, pushed/len(block)+1)[:pushed]
		for got := 0; ; {
			p, err := c.chunk(len(block))
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil || !strings.HasPrefix(want[got:], string(p)) {
				c.wrong(fmt.Sprintf("after %d bytes as they were sent: ", got), want[got:], string(p), c.say(err))
			}
			got += len(p)
		}
	})
}

// wholeAnswersAtStop has a client ask for 5 MB, which no socket's buffers hold,
// without reading. What it gets in the end must be whole answers.
func wholeAnswersAtStop(s *script) {
	c := s.dialNarrow()
	c.push(strings.Repeat("0\n", 200_000), 400_000, settle) // what the server no longer takes is not owed
	s.stopped(func() {
		s.pause(quiet) // what is read before the signal comes is not owed then
		c.expect(protocol.MenuGreeting)
		for {
			line, err := c.line()
			switch {
			case line == protocol.MenuAgent:
			case line == "" && errors.Is(err, io.EOF):
				return
			default:
				c.unexpected(fmt.Sprintf("whole answers %q until the end of file", protocol.MenuAgent), line, c.say(err))
			}
		}
	})
}

// wholeRepliesAtStop is the same for requests.
func wholeRepliesAtStop(s *script) {
	get := request("GET", "/", "")
	c := s.dialNarrow()
	page := c.fetch("GET", get, 200)
	c.push(strings.Repeat(get, 20_000), 600_000, settle)
	s.stopped(func() {
		s.pause(quiet)
		for {
			p, err := c.chunk(1)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil || string(p) != page.raw[:1] {
				c.unexpected("whole replies until the end of file", string(p), c.say(err))
			}
			c.expect(page.raw[1:])
		}
	})
}

// streams is how many clients are in mid-stream when SIGTERM comes.
const streams = 16

// stopUnderLoad has n clients in mid-stream. What they get from SIGTERM on must go
// on as it began, and end with the end of file. Meanwhile others come: each is
// served as well, or never was.
func stopUnderLoad(s *script, n int) {
	block := noise(64 << 10)
	all := make([]*client, n)
	got := make([]int, n)
	for i := range all {
		all[i] = s.dial()
		all[i].send(block)
	}
	s.together(n, func(i int) { got[i] = all[i].stream(block, 0, 1<<20) })
	s.stopped(func() {
		s.together(n+1, func(i int) {
			if i < n {
				all[i].stream(block, got[i], -1)
				all[i].leave()
			} else {
				s.comeLate()
			}
		})
	})
}

// stream reads what must be block over and over, from byte at on, until there
// are enough bytes, or with -1 to the end of file, and returns how many there
// are then. For every byte it sends another, so that one block is always under
// way: more than the server could send within its linger would be lost by right.
func (c *client) stream(block string, at, enough int) int {
	for enough < 0 || at < enough {
		from := at % len(block)
		p, err := c.chunk(len(block) - from)
		if errors.Is(err, io.EOF) && enough < 0 {
			break
		}
		if err != nil || !strings.HasPrefix(block[from:], string(p)) {
			c.wrong(fmt.Sprintf("after %d bytes as they were sent: ", at), block[from:], string(p), c.say(err))
		}
		at += len(p)
		_ = c.conn.SetWriteDeadline(c.s.deadline())
		if _, err := c.put(p); errors.Is(err, syscall.ECONNRESET) { // told once: a read would say the end of file
			c.s.fail("%s: after %d bytes as they were sent: expected the end of file, got %s", c.name, at, c.say(err))
		}
	}
	return at
}

// comeLate connects one client after the other until the server takes no more. A
// client that was never accepted may see a reset, but only before its first byte.
func (s *script) comeLate() {
	const text = "late\n"
	for end := s.deadline(); time.Now().Before(end); {
		conn, err := s.connect(s.app, nil)
		if err != nil {
			return
		}
		_ = conn.SetDeadline(s.deadline())
		_, _ = io.WriteString(conn, text)
		_ = conn.CloseWrite()
		p, err := io.ReadAll(conn)
		_ = conn.Close()
		if !strings.HasPrefix(text, string(p)) || err != nil && len(p) > 0 {
			s.fail("a client that came while the server was stopping: sent %q; expected that or its beginning and the end of file, or a reset at once; got %s",
				text, got(string(p), fmt.Sprint(err)))
		}
		if err != nil || string(p) != text {
			return
		}
	}
}
