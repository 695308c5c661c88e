package conformance

import (
	"fmt"
	"runtime"
	"strconv"
	"time"
)

// Failure is what there is to learn from a failed case, beside its reason. What the case did not ask of one client in
// particular leaves Sent, Expected and Received empty.
type Failure struct {
	At       time.Duration `json:"at_ns"`              // since the case began
	Client   int           `json:"client,omitempty"`   // who saw it; 0: nobody in particular
	Sent     string        `json:"sent,omitempty"`     // what that client had sent, escaped; of much: its end
	Expected string        `json:"expected,omitempty"` // escaped, or in words
	Received string        `json:"received,omitempty"` // likewise
	Differs  *Differs      `json:"differs,omitempty"`  // the first byte that does
	Waits    string        `json:"waits"`              // what the server's threads waited in when it failed, or why that is not told
}

// Differs is the first byte that is not what it should be.
type Differs struct {
	At   int    `json:"at"`   // its offset in what was expected; 0 is the first
	Want string `json:"want"` // 'a' (0x61)
	Have string `json:"have"` // likewise; "nothing" where the byte never came

	// What stands around it, escaped, where the beginnings don't show it.
	From     int    `json:"from,omitempty"` // the first byte of both
	Expected string `json:"expected,omitempty"`
	Received string `json:"received,omitempty"`
}

// fail ends the case with a reason.
func (s *script) fail(format string, args ...any) {
	s.blame(format, args...)
	runtime.Goexit()
}

// blame notes why the case fails; the first reason counts.
func (s *script) blame(format string, args ...any) {
	s.blameFor(Failure{}, fmt.Sprintf(format, args...))
}

// blameFor does so with what one client saw. The meter is asked now, while everything is as it was.
func (s *script) blameFor(f Failure, reason string) {
	s.mu.Lock()
	first := s.reason == ""
	if first {
		f.At = time.Since(s.rec.began)
		s.reason, s.failure, s.failed = reason, f, s.rec.recording()
	}
	s.mu.Unlock()
	if !first {
		return
	}
	waits := s.waits()
	s.mu.Lock()
	s.failure.Waits = waits
	s.mu.Unlock()
}

// wrong ends the case: the client got other bytes than it should, or fewer. before says what went before them.
func (c *client) wrong(before, want, have, end string) {
	f := c.saw(before+quote(want), have, end)
	f.Differs = firstThatDiffers(want, have)
	c.s.blameFor(f, fmt.Sprintf("%s: %s%s", c.name, before, difference(&c.sent, want, have, end)))
	runtime.Goexit()
}

// unexpected ends the case: the client got something else than what these words say.
func (c *client) unexpected(expected, have, end string) {
	c.s.blameFor(c.saw(expected, have, end), fmt.Sprintf("%s: %s; expected %s, got %s", c.name, &c.sent, expected, got(have, end)))
	runtime.Goexit()
}

// saw is the failure as that client saw it.
func (c *client) saw(expected, have, end string) Failure {
	return Failure{Client: c.number, Sent: c.sent.what(), Expected: expected, Received: got(have, end)}
}

// firstThatDiffers is nil where have is want.
func firstThatDiffers(want, have string) *Differs {
	at := common(want, have)
	if at == len(want) {
		return nil
	}
	d := &Differs{At: at, Want: oneByte(want[at]), Have: "nothing"}
	if at < len(have) {
		d.Have = oneByte(have[at])
	}
	if at >= shown {
		d.From = at - shown/3
		d.Expected, d.Received = strconv.QuoteToASCII(window(want, d.From)), strconv.QuoteToASCII(window(have, d.From))
	}
	return d
}

// oneByte shows a byte as a letter, where it is one, and in hexadecimal.
func oneByte(b byte) string {
	if b >= 0x80 {
		return fmt.Sprintf("0x%02x", b)
	}
	return fmt.Sprintf("%s (0x%02x)", strconv.QuoteRuneToASCII(rune(b)), b)
}
