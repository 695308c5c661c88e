// Package session is one conversation of one client with one application:
// bytes in, bytes owed. It never sees a descriptor, and it tells the model that
// drives it what it needs next, so that every model says the same things and
// differs only in how the bytes get there.
//
// A driver reads when Want says read and gives what came to Feed, calls Step
// while Want says run, and writes Pending and reports it with Sent while Want
// says write. Writing goes before the next Step: one read can hold 30,000
// requests, and answering them all at once would owe 600 KB or compute for hours.
//
// A Session has one owner at a time; different sessions are independent.
package session

import (
	"strconv"
	"time"

	"c10klab/services/protocol"
)

// Session is a conversation. The zero value is not ready: use New or Init.
type Session struct {
	in      buffer       // received, not yet used
	out     buffer       // owed
	observe func([]byte) // told of every Feed
	request *request     // page: the request that is being read or answered; nil between requests
	number  int64        // count: bytes received; wait: the milliseconds of the wait under way
	until   int64        // the wait's end, nanoseconds after epoch
	app     protocol.App
	flags   flags
}

type flags uint8

const (
	deferred flags = 1 << iota // waits set until instead of sleeping
	eof                        // the peer sent its last byte
	stopped                    // the server is ending
	hungry                     // what is in holds no whole request
	talking                    // the application goes on without further input
	waiting                    // until is set
	closed                     // the application ended the conversation, or answered the end of input
)

// application is what the server says. Its methods take what they use from
// s.in, and owe answers with s.say.
type application interface {
	start(s *Session)     // the client has connected
	step(s *Session) bool // handles at most one request; false: it needs more input first
	end(s *Session)       // the client has sent its last byte, and every whole request is answered
}

var applications = [...]application{
	protocol.Echo:  echo{},
	protocol.Count: count{},
	protocol.Menu:  lines{greeting: protocol.MenuGreeting, handle: choose},
	protocol.Page:  page{},
	protocol.Work:  lines{handle: work},
	protocol.Wait:  lines{handle: wait},
}

// Option changes what a Session does.
type Option func(*Session)

// Deferred makes waits set Until instead of sleeping in Step: the driver has a
// timer, and calls Resume when the time has come.
func Deferred() Option { return func(s *Session) { s.flags |= deferred } }

// Observe has f called with every Feed, before anything is done with it. The
// bytes are the driver's: f may not keep them.
func Observe(f func(p []byte)) Option { return func(s *Session) { s.observe = f } }

// New returns a conversation with app in which the client has just connected.
func New(app protocol.App, opts ...Option) *Session {
	s := new(Session)
	s.Init(app, opts...)
	return s
}

// Init makes s what New returns, in place, so that a driver can embed a Session
// by value. With an application that doesn't exist the conversation is over.
func (s *Session) Init(app protocol.App, opts ...Option) {
	*s = Session{app: app}
	if int(app) >= len(applications) {
		s.flags = closed
		return
	}
	for _, o := range opts {
		o(s)
	}
	applications[app].start(s)
}

// Feed stores a copy of what was received. It runs no handler. After EOF, Stop
// or the end of the conversation the bytes are discarded.
func (s *Session) Feed(p []byte) {
	if s.observe != nil {
		s.observe(p)
	}
	if len(p) == 0 || s.flags&(eof|stopped|closed) != 0 {
		return
	}
	s.in.write(p)
	s.flags &^= hungry
}

// EOF says that the peer sent its last byte. Whole requests are still answered,
// and count then says its number. A server that ends calls Stop instead.
func (s *Session) EOF() {
	if s.flags&stopped == 0 {
		s.flags |= eof
	}
}

// Stop says that the server is ending: whole requests received so far are still
// answered, nothing more will come. Unlike EOF it is no end of input, so count
// says nothing. A wait under way still counts; the driver bounds it by its grace.
func (s *Session) Stop() { s.flags |= stopped }

// Step runs at most one handler, which may compute, sleep, or set Until. It does
// nothing when none is due.
func (s *Session) Step() {
	switch {
	case !s.due():
	case s.requestDue():
		if !applications[s.app].step(s) {
			s.flags |= hungry
			s.in.fit()
		}
	default:
		applications[s.app].end(s)
		s.close()
	}
}

// Want says what the session can use now. read: more bytes (not above
// protocol.HighMark owed, while a Step is due, while Until is set, or when
// nothing is to come); write: Pending isn't empty; run: a Step is due (never
// above the mark, nor while Until is set).
func (s *Session) Want() (read, write, run bool) {
	owed := s.out.len()
	run = s.due()
	read = !run && owed <= protocol.HighMark && s.flags&(eof|stopped|waiting|closed) == 0
	return read, owed > 0, run
}

// Pending returns what is owed to the peer, oldest first. It stays owed until
// Sent; the slice is valid until the next call of Step, Resume or Sent.
func (s *Session) Pending() []byte { return s.out.bytes() }

// Sent says that the first n bytes of Pending were sent.
func (s *Session) Sent(n int) { s.out.drop(n) }

// Until returns the time that a Deferred session waits for, if it waits.
func (s *Session) Until() (time.Time, bool) {
	if s.flags&waiting == 0 {
		return time.Time{}, false
	}
	return epoch.Add(time.Duration(s.until)), true
}

// Resume says that the time Until has come: the answer is owed. It does nothing
// when no wait is under way.
func (s *Session) Resume() {
	if s.flags&waiting != 0 {
		s.flags &^= waiting
		waited(s)
	}
}

// Done reports that nothing is owed and nothing is to come. The driver then
// shuts writing down, discards what still arrives until end of file or
// protocol.Linger, and closes: closing with unread input would send a reset, and
// the client would lose what it was sent.
func (s *Session) Done() bool {
	if s.out.len() > 0 || s.flags&waiting != 0 {
		return false
	}
	if s.flags&closed != 0 {
		return true
	}
	// After EOF a Step is due until the application has answered the end, which closes.
	return s.flags&stopped != 0 && !s.due()
}

// due reports whether Step has something to run.
func (s *Session) due() bool {
	if s.flags&(waiting|closed) != 0 || s.out.len() > protocol.HighMark {
		return false
	}
	return s.requestDue() || s.flags&eof != 0
}

// requestDue reports whether the application may find a whole request, or goes
// on with its answer to one.
func (s *Session) requestDue() bool {
	return s.flags&talking != 0 || s.in.len() > 0 && s.flags&hungry == 0
}

// say owes text to the peer.
func (s *Session) say(text string) { s.out.writeString(text) }

// sayInt owes a decimal number.
func (s *Session) sayInt(n int64) {
	var digits [20]byte
	s.out.write(strconv.AppendInt(digits[:0], n, 10))
}

// close ends the conversation: what was received and not answered is discarded.
func (s *Session) close() {
	s.flags |= closed
	s.flags &^= talking
	s.in.release()
	if s.request != nil {
		s.request.release()
		s.request = nil
	}
}
