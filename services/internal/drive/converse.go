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
	var (
		first = make([]byte, firstRead)
		buf   = first
		ended bool // the peer has said its last
	)
	for !s.Done() {
		_, write, run := s.Want()
		switch {
		case write:
			n, err := c.Write(s.Pending())
			s.Sent(n)
			if err != nil {
				return err
			}
		case run:
			s.Step()
		default:
			n, err := c.Read(buf)
			if n > 0 {
				s.Feed(buf[:n])
			}
			switch {
			case err == nil:
				buf = fit(buf, n, first)
			case errors.Is(err, io.EOF):
				ended = true
				s.EOF()
			case errors.Is(err, ErrStopping):
				s.Stop()
			default:
				return err
			}
		}
	}
	if ended {
		return nil
	}
	return linger(c)
}

var bulk = sync.Pool{New: func() any { return new([protocol.ReadSize]byte) }}

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
	discard := make([]byte, firstRead)
	for time.Now().Before(end) {
		if err := half.SetReadDeadline(end); err != nil {
			return err
		}
		if _, err := c.Read(discard); err != nil {
			return nil // the peer's end, its reset, or the deadline: all are a close
		}
	}
	return nil
}
