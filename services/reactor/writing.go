package main

import (
	"sync"

	"c10klab/services/internal/sock"
)

// rest is what is written and not sent.
type rest struct {
	bytes []byte
	sent  int
}

var rests = sync.Pool{New: func() any { return new(rest) }}

// Flushed reports whether all that was written is sent.
func (t *Transport) Flushed() bool { return t.out == nil }

// Lost reports whether the peer is gone: what is written is dropped, and the protocol will be told so at the end of this turn.
func (t *Transport) Lost() bool { return t.is&lost != 0 }

// Write sends p: now, as far as the socket takes it, and the rest by and by. It
// copies what it keeps. A protocol with much to say looks at Flushed, and goes on
// when ResumeProducing tells it to: there is no other bound to what is kept.
func (t *Transport) Write(p []byte) {
	if t.is&(lost|closing) != 0 || len(p) == 0 {
		return
	}
	if t.out == nil {
		n, err := sock.Send(int(t.fd), p)
		if n == len(p) {
			return
		}
		if err != nil && err != sock.ErrAgain {
			t.lose(err)
			return
		}
		p = p[n:]
		t.out = rests.Get().(*rest)
	}
	t.out.bytes = append(t.out.bytes, p...)
	t.watch()
}

// flush goes on with the rest when the socket has room again.
func (t *Transport) flush() {
	n, err := sock.Send(int(t.fd), t.out.bytes[t.out.sent:])
	if err != nil && err != sock.ErrAgain {
		t.lose(err)
		return
	}
	if t.out.sent += n; t.out.sent < len(t.out.bytes) {
		return
	}
	t.forget()
	if p, ok := t.protocol.(Producer); ok && t.is&closing == 0 {
		p.ResumeProducing()
	}
	t.finish()
	t.watch()
}

// forget gives the rest's memory back.
func (t *Transport) forget() {
	if t.out != nil {
		*t.out = rest{bytes: t.out.bytes[:0]}
		rests.Put(t.out)
		t.out = nil
	}
}
