package conformance

import (
	"errors"
	"os"
	"strings"
	"time"

	"c10klab/services/protocol"
)

// behaviourCases ask what every server owes its clients whatever it says. They
// talk echo, where every byte that was received shows.
func behaviourCases() []Case {
	return cases(protocol.Echo,
		Case{Name: "two-clients", Title: "two clients are served at the same time", Quick: true, Together: 2, run: func(s *script) {
			a, b := s.dial(), s.dial()
			for range 3 {
				b.ask("from b\n", "from b\n")
				a.ask("from a\n", "from a\n")
			}
			a.end()
			b.ask("b stays\n", "b stays\n")
			b.end()
		}},
		Case{Name: "next-client", Title: "when a client leaves, one that waited is served", Quick: true, run: secondAfterFirst},
		Case{Name: "connect-and-leave", Title: "clients that come and leave at once, by FIN and by RST, harm nobody", Quick: true, Timeout: 2 * time.Minute, run: connectAndLeave},
		Case{Name: "reset-while-writing", Title: "a reset while the server writes ends that conversation alone", Quick: true, run: func(s *script) {
			p := noise(1 << 20)
			for range 10 {
				c := s.dialNarrow()
				c.sendBeside(p, false)
				c.expect(p[:4096])
				c.reset()
			}
			s.pause(quiet)
			s.nextIsServed()
		}},
		Case{Name: "reset-when-idle", Title: "a reset of an idle connection ends that conversation alone", Quick: true, run: func(s *script) {
			for range 10 {
				c := s.dial()
				c.ask("hello\n", "hello\n")
				c.reset()
			}
			s.pause(quiet)
			s.nextIsServed()
		}},
		Case{Name: "close-with-bytes-owed", Title: "a client that closes without reading what it is owed harms nobody", Quick: true, run: func(s *script) {
			for range 10 {
				c := s.dial()
				c.send("never read\n")
				c.leave()
			}
			s.pause(quiet)
			s.nextIsServed()
		}},
		Case{Name: "never-reads", Title: "a client that never reads is no longer read from, and others are served", Together: 2, run: func(s *script) {
			neverReads(s, true)
		}},
	)
}

// nextIsServed is how a case asks whether the server has survived it.
func (s *script) nextIsServed() {
	c := s.dial()
	c.ask("the next client\n", "the next client\n")
	c.end()
}

// secondAfterFirst holds for every model, one that serves a client to its end included.
func secondAfterFirst(s *script) {
	a := s.dial()
	a.ask("first\n", "first\n")
	b := s.dial()
	b.send("second\n")
	a.ask("first again\n", "first again\n")
	a.end()
	a.leave()
	b.expect("second\n")
	b.end()
}

func connectAndLeave(s *script) {
	visits := s.target.Visits
	if visits == 0 {
		visits = 100 // few enough to go before every measurement
	}
	for i := range visits {
		c := s.dial()
		if i%2 == 0 {
			c.leave()
		} else {
			c.reset()
		}
		s.forget(c)
		if i%100 == 99 { // no more than so many in the backlog: to start 5,000 processes takes 10 s
			s.nextIsServed()
		}
	}
	s.nextIsServed()
}

// neverReads pushes until nothing moves any more. What may be under way by then
// is what four socket buffers hold, and what the server may owe. Then it reads:
// everything that left must come back.
func neverReads(s *script, beside bool) {
	const limit = 64 << 20 // socket buffers grow to 6 MiB by default; a server that has no bound takes everything
	c := s.dialNarrow()
	block := noise(64 << 10)
	pushed := c.push(block, limit, stuck)
	if pushed >= limit {
		s.fail("%s: pushed %d MiB without reading a byte, and the server went on taking it: it must stop reading above what it may owe (%d KiB and one read)",
			c.name, limit>>20, protocol.HighMark>>10)
	}
	if beside {
		s.nextIsServed()
	}
	c.expect(strings.Repeat(block, pushed/len(block)+1)[:pushed])
	c.end()
	c.leave()
	s.nextIsServed()
}

// push writes block over and over, and returns how many bytes left before
// nothing moved for so long, or limit was reached.
func (c *client) push(block string, limit int, still time.Duration) int {
	pushed := 0
	e := c.s.rec.begin(c.number, Sent, 0, block)
	defer func() { c.s.rec.finish(e, Sent, pushed, "") }()
	for pushed < limit {
		_ = c.conn.SetWriteDeadline(time.Now().Add(still))
		n, err := c.conn.Write([]byte(block)[pushed%len(block):])
		pushed += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			c.s.fail("%s: after %d bytes without reading: %s", c.name, pushed, c.say(err))
		}
	}
	if part := block[:pushed%len(block)]; pushed > len(part) {
		c.sent.addMany(block+part, pushed)
	} else {
		c.sent.add(part)
	}
	return pushed
}
