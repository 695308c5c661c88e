// Package drive moves a conversation's bytes: Converse for code that may block,
// Conn.Advance for a loop that is told what is ready. Neither knows an application.
package drive

import (
	"errors"
	"io"
	"sync"
	"time"

	"c10klab/services/internal/session"
	"c10klab/services/protocol"
)

// ErrStopping is what a Read returns instead of io.EOF when not the peer but
// this server has ended the conversation. What was received is still answered.
var ErrStopping = errors.New("the server is stopping")

// A conversation reads into firstRead bytes, since an idle one should cost
// little; while reads fill that, into protocol.ReadSize.
const firstRead = 1 << 10

// Converse holds one conversation to its end, blocking in c's Read and Write. It
// returns nil if both sides said all they had to say, else the error that ended
// it. The caller closes c.
func Converse(c io.ReadWriter, s *session.Session) error {
	t := NewTalk(c, s)
	for {
		if done, err := t.Turn(); done || err != nil {
			return err
		}
	}
}

// Talk is a conversation that is held turn by turn.
type Talk struct {
	c     io.ReadWriter
	s     *session.Session
	first []byte
	buf   []byte
	ended bool // the peer has said its last
}

// NewTalk returns the conversation of s over c.
func NewTalk(c io.ReadWriter, s *session.Session) *Talk {
	first := small.Get().(*[firstRead]byte)[:]
	return &Talk{c: c, s: s, first: first, buf: first}
}

// free hands the buffers on to the next conversation. A pool of processes has as many heaps, and
// the runtime lets 4 MB of garbage lie in each before it collects any.
func (t *Talk) free() {
	if len(t.buf) == protocol.ReadSize {
		bulk.Put((*[protocol.ReadSize]byte)(t.buf))
	}
	small.Put((*[firstRead]byte)(t.first))
	t.first, t.buf = nil, nil
}

// Turn writes and runs what is due until the session wants to read, reads once,
// and answers that. done: the conversation is over, as it is after an error; no turn may follow. Turns
// by different threads must come one after the other, or the answers' order is lost.
func (t *Talk) Turn() (done bool, err error) {
	if done, err = t.turn(); done {
		t.free()
	}
	return done, err
}

func (t *Talk) turn() (done bool, err error) {
	if err := t.answer(); err != nil {
		return true, err
	}
	if !t.s.Done() {
		if err := t.read(); err != nil {
			return true, err
		}
		if err := t.answer(); err != nil {
			return true, err
		}
	}
	switch {
	case !t.s.Done():
		return false, nil
	case t.ended:
		return true, nil
	default:
		return true, linger(t.c)
	}
}

// answer runs handlers and writes what they owe, until there is nothing left to do without reading.
func (t *Talk) answer() error {
	for {
		switch _, write, run := t.s.Want(); {
		case write:
			n, err := t.c.Write(t.s.Pending())
			t.s.Sent(n)
			if err != nil {
				return err
			}
		case run:
			t.s.Step()
		default:
			return nil
		}
	}
}

// read waits for what the peer says, once.
func (t *Talk) read() error {
	n, err := t.c.Read(t.buf)
	if n > 0 {
		t.s.Feed(t.buf[:n])
	}
	switch {
	case err == nil:
		t.buf = fit(t.buf, n, t.first)
	case errors.Is(err, io.EOF):
		t.ended = true
		t.s.EOF()
	case errors.Is(err, ErrStopping):
		t.s.Stop()
	default:
		return err
	}
	return nil
}

var (
	small = sync.Pool{New: func() any { return new([firstRead]byte) }}
	bulk  = sync.Pool{New: func() any { return new([protocol.ReadSize]byte) }}
)

// fit chooses the buffer of the next read after one that took n bytes into buf:
// a large one while reads fill theirs, the small one as soon as the socket was emptied.
func fit(buf []byte, n int, first []byte) []byte {
	full, large := n == len(buf), len(buf) == protocol.ReadSize
	switch {
	case full && !large:
		return bulk.Get().(*[protocol.ReadSize]byte)[:]
	case !full && large:
		bulk.Put((*[protocol.ReadSize]byte)(buf))
		return first
	}
	return buf
}

// linger closes as TCP wants it: the end of file first, then reading on until
// the peer's, for at most protocol.Linger. Closing with unread input would send
// a reset, and the peer would lose what it was owed.
func linger(c io.ReadWriter) error {
	half, ok := c.(interface {
		CloseWrite() error
		SetReadDeadline(time.Time) error
	})
	if !ok {
		return nil
	}
	if err := half.CloseWrite(); err != nil {
		return err
	}
	end := time.Now().Add(protocol.Linger)
	discard := small.Get().(*[firstRead]byte)
	defer small.Put(discard)
	for time.Now().Before(end) {
		if err := half.SetReadDeadline(end); err != nil {
			return err
		}
		if _, err := c.Read(discard[:]); err != nil {
			return nil // the peer's end, its reset, or the deadline: all are a close
		}
	}
	return nil
}
