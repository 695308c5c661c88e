package conformance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"c10klab/services/protocol"
)

// notNumbers are lines that neither work nor wait may take for one.
var notNumbers = []string{
	"", " ", "abc", "007", "01", "00", "+5", "-1", "-0", "1.5", "1e3", "0x10", "1_000", "1,000", " 5", "5 ", "5\t", "5 6", "5\x00", "\u0665", "NaN", "exit",
	"99999999999999999999999999", "18446744073709551617", strings.Repeat("9", 1000),
}

// hashed is the answer of work: SHA-256 applied n times, from 32 zero bytes on.
func hashed(n int) string {
	var sum [sha256.Size]byte
	for range n {
		sum = sha256.Sum256(sum[:])
	}
	return hex.EncodeToString(sum[:]) + "\n"
}

func waited(ms int) string { return fmt.Sprintf("waited %d\n", ms) }

func expectRefusal(c *client) { c.expectError() }

var work = lineApp{
	app:     protocol.Work,
	lines:   []string{"10", "1", "2", "1000"},
	answers: []string{hashed(10), hashed(1), hashed(2), hashed(1000)},
	refused: expectRefusal,
}

var wait = lineApp{
	app:     protocol.Wait,
	lines:   []string{"15", "0", "1", "5"},
	answers: []string{waited(15), waited(0), waited(1), waited(5)},
	refused: expectRefusal,
}

// refusals sends each line and expects an error, and then that a good line is
// still answered: the connection stays open.
func (l lineApp) refusals(s *script, lines ...string) {
	c := l.greeted(s)
	for _, line := range lines {
		c.send(line + "\n")
		c.expectError()
		c.ask(l.lines[1]+"\n", l.answers[1])
	}
	c.end()
}

func workCases() []Case {
	return append(work.cases(), cases(protocol.Work,
		Case{Name: "not-a-number", Title: "what is no number gets an error, and the connection stays open", Quick: true, run: func(s *script) { work.refusals(s, notNumbers...) }},
		Case{Name: "range", Title: "1 is the least, 1,000,000 the most", run: func(s *script) {
			work.refusals(s, "0", "1000001", "4294967297")
			c := s.dial()
			c.ask("1000000\n", hashed(protocol.MaxWork))
			c.end()
		}},
		Case{Name: "pipelined", Title: "500 pieces of work asked at once are answered in order", Quick: true, run: func(s *script) {
			c := s.dial()
			var asked, want strings.Builder
			for n := range 500 {
				fmt.Fprintln(&asked, n%20+1)
				want.WriteString(hashed(n%20 + 1))
			}
			c.exchange(asked.String(), want.String())
			c.end()
		}},
		Case{Name: "in-order", Title: "a short piece of work does not overtake a long one that came before it", Quick: true, run: func(s *script) {
			c := s.dial()
			long := hashed(protocol.MaxWork)
			c.send(fmt.Sprintln(protocol.MaxWork))
			s.pause(quiet / 3) // the next is a segment of its own, and the server computes meanwhile
			c.ask("1\n", long+hashed(1))
			c.end()
		}},
		Case{Name: "leave-meanwhile", Title: "a client that resets while the server computes harms nobody", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send("20000\n20000\n")
			c.reset()
			next := s.dial()
			next.ask("1\n", hashed(1))
			next.end()
		}},
	)...)
}

func waitCases() []Case {
	return append(wait.cases(), cases(protocol.Wait,
		Case{Name: "not-a-number", Title: "what is no number gets an error, and the connection stays open", Quick: true, run: func(s *script) { wait.refusals(s, notNumbers...) }},
		Case{Name: "range", Title: "0 is the least, 10,000 the most", Quick: true, run: func(s *script) {
			wait.refusals(s, "10001", "99999", "4294967296")
			c := s.dial()
			c.ask("0\n", waited(0))
			c.end()
		}},
		Case{Name: "not-before", Title: "the answer does not come before its time", Quick: true, run: func(s *script) {
			c := s.dial()
			c.takesAtLeast(50*time.Millisecond, func() { c.ask("50\n", waited(50)) })
			c.end()
		}},
		Case{Name: "pipelined", Title: "waits asked at once are waited for one after the other, and answered in order", Quick: true, run: func(s *script) {
			c := s.dial()
			c.takesAtLeast(60*time.Millisecond, func() { c.ask("30\n0\n20\n1\n10\n", waited(30)+waited(0)+waited(20)+waited(1)+waited(10)) })
			c.end()
		}},
		Case{Name: "in-order", Title: "a short wait does not overtake a long one that was asked for before it", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send("100\n")
			s.pause(quiet)
			c.ask("0\n", waited(100)+waited(0))
			c.end()
		}},
		Case{Name: "others-served", Title: "while one client's answer is waited for, others are answered", Together: 2, run: othersServed},
		Case{Name: "leave-meanwhile", Title: "a client that resets while it is waited for harms nobody", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send("100\n100\n")
			c.reset()
			next := s.dial()
			next.ask("0\n", waited(0))
			next.end()
		}},
	)...)
}

// waiting connects a client, and returns when the server waits for its answer.
func (s *script) waiting(ms int) *client {
	c := s.dial()
	c.ask("0\n", waited(0))
	c.send(fmt.Sprintln(ms))
	s.pause(quiet)
	return c
}

func othersServed(s *script) {
	const ms = 1200
	first := s.waiting(ms)
	for range 3 {
		other := s.dial()
		other.ask("0\n", waited(0))
		other.end()
	}
	first.expectSilence() // its answer was not in the others' way
	first.expect(waited(ms))
	first.end()
}

// othersWait is the opposite, for one loop with a handler that sleeps: when the
// other has its answer, the one that was waited for has had its own.
func othersWait(s *script) {
	const ms = 500
	first := s.waiting(ms)
	other := s.dial()
	other.ask("0\n", waited(0))
	_ = first.conn.SetReadDeadline(time.Now().Add(quiet))
	if _, err := first.reader().Peek(1); err != nil {
		s.fail("another client was answered while the server waited for %s's answer: it is declared not to", first.name)
	}
	first.expect(waited(ms))
	first.end()
	other.end()
}

// waitInTurn is for a server that takes nobody else meanwhile.
func waitInTurn(s *script) {
	const ms = 300
	first := s.waiting(ms)
	other := s.dial()
	other.send("0\n")
	other.expectSilence()
	first.expect(waited(ms))
	first.end()
	first.leave()
	other.expect(waited(0))
	other.end()
}

// takesAtLeast fails if what it does took less: a server may be late, never early.
func (c *client) takesAtLeast(d time.Duration, do func()) {
	started := time.Now()
	do()
	if took := time.Since(started); took < d {
		c.s.fail("%s: %s; expected the answers after %v at the earliest, got them after %v", c.name, &c.sent, d, took.Round(time.Microsecond))
	}
}
