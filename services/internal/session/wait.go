package session

import (
	"time"

	"c10klab/services/protocol"
)

// epoch is what Session.until counts from: eight bytes instead of a time.Time's
// 24, and its monotonic clock is kept.
var epoch = time.Now()

// wait answers after as many milliseconds as the line says. It blocks, here, in
// the handler, as a call to a slow database would, unless the session is Deferred.
func wait(s *Session, line []byte) {
	ms, err := parseNumber(line, 0, protocol.MaxWait)
	if err != nil {
		s.sayError(err)
		return
	}
	s.number = int64(ms)
	d := time.Duration(ms) * time.Millisecond
	if s.flags&deferred != 0 && d > 0 {
		s.until = int64(time.Since(epoch) + d)
		s.flags |= waiting
		return
	}
	time.Sleep(d)
	waited(s)
}

// waited owes the answer to the wait that is over.
func waited(s *Session) {
	s.say("waited ")
	s.sayInt(s.number)
	s.say("\n")
}
