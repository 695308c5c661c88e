package engine

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// dawdler is one slow client.
type dawdler struct {
	fd      int32  // -1 when it failed
	sendPos uint32 // in the tape that is sent
	recvPos uint32 // in the tape that is compared with
	owed    int    // bytes that must come back; HTTP: replies
	got     int64  // bytes that came back, all of them right
	since   int64  // when a byte came last, or when something came to be owed
	piece   []byte // HTTP: the reply so far
}

// step sends a little and reads all, or sends what it may and reads a little.
func (s *Slow) step(c *dawdler, i int, now int64) {
	if c.fd < 0 {
		return
	}
	if n := s.allowed(c); n > 0 {
		s.send(c, i, n, now)
	}
	if c.fd < 0 {
		return
	}
	room := s.buf
	if s.readers {
		room = s.buf[:s.how.Bytes]
	}
	// One read a step, of a sender too: what its step sent brings no more than the buffer
	// takes, and a long page comes with the steps that follow.
	n, errno := recv(c.fd, room)
	switch {
	case errno == unix.EAGAIN || errno == unix.EINTR:
	case errno != 0:
		s.failErrno(c, i, "receive", errno)
	case n == 0:
		s.fail(c, &s.errors.Closed, "client %d: the server closed it, %d bytes into what it answered", i, c.got)
	default:
		c.since = now
		s.take(c, i, room[:n])
	}
}

// allowed is how many bytes may be sent now.
func (s *Slow) allowed(c *dawdler) int {
	script, how := &s.g.script, &s.how
	switch {
	case script.echo && s.readers:
		return how.Ahead*script.ask.unit - c.owed
	case script.echo:
		return min(how.Bytes, script.ask.unit-c.owed)
	case s.readers:
		return (how.Ahead-c.owed)*script.ask.unit - int(c.sendPos)
	case c.owed > 0: // the answer first
		return 0
	}
	return min(how.Bytes, script.ask.rest(c.sendPos))
}

// rest is the number of bytes from pos to the end of the request there.
func (t *tape) rest(pos uint32) int {
	if t.unit > 0 {
		return t.unit - int(pos)%t.unit
	}
	return int(t.lines(pos, 0, 1))
}

func (s *Slow) send(c *dawdler, i, n int, now int64) {
	script := &s.g.script
	text := script.ask.text[c.sendPos:][:n]
	n, errno := send(c.fd, text)
	if errno == unix.EAGAIN || errno == unix.EINTR {
		return
	}
	if errno != 0 {
		s.failErrno(c, i, "send", errno)
		return
	}
	owed := 0
	switch {
	case script.echo:
		owed = n
	case script.http:
		owed = (int(c.sendPos) + n) / script.ask.unit
	default:
		owed = bytes.Count(text[:n], []byte("\n")) * script.want.unit
	}
	if c.owed == 0 && owed > 0 {
		c.since = now
	}
	c.owed += owed
	c.sendPos = script.ask.after(c.sendPos, n)
}

// take compares what came.
func (s *Slow) take(c *dawdler, i int, p []byte) {
	if s.g.script.http {
		s.takeHTTP(c, i, p)
		return
	}
	want := &s.g.script.want
	if expected := want.text[c.recvPos:][:min(len(p), c.owed)]; !bytes.Equal(p, expected) {
		at := 0
		for at < len(expected) && p[at] == expected[at] {
			at++
		}
		if at == len(expected) {
			s.fail(c, &s.errors.Mismatch, "client %d, offset %d: %d bytes more than were asked for", i, c.got+int64(at), len(p)-at)
			return
		}
		s.fail(c, &s.errors.Mismatch, "client %d, offset %d: expected 0x%02x, got 0x%02x", i, c.got+int64(at), expected[at], p[at])
		return
	}
	before := c.got / int64(want.unit)
	c.got += int64(len(p))
	c.owed -= len(p)
	c.recvPos = want.after(c.recvPos, len(p))
	s.replies += uint64(c.got/int64(want.unit) - before)
}

func (s *Slow) takeHTTP(c *dawdler, i int, p []byte) {
	c.got += int64(len(p))
	c.piece = append(c.piece, p...)
	page := &s.g.page
	for len(c.piece) > 0 {
		r, err := parseReply(c.piece, page.room[:0])
		page.room = r.room
		switch {
		case c.owed == 0:
			s.fail(c, &s.errors.Mismatch, "client %d: %d bytes more than were asked for", i, len(c.piece))
			return
		case errors.Is(err, errIncomplete) && len(c.piece) <= maxSlowPage:
			return
		case errors.Is(err, errIncomplete):
			s.fail(c, &s.errors.Status, "client %d: a reply of more than %d bytes: choose a shorter one for slow clients", i, maxSlowPage)
			return
		case err != nil:
			s.fail(c, &s.errors.Status, "client %d: %v", i, err)
			return
		}
		if count, reason := page.judge(&s.errors, r, c.piece[:r.size]); count != nil {
			s.fail(c, count, "client %d: %s", i, reason)
			return
		}
		c.piece = append(c.piece[:0], c.piece[r.size:]...)
		c.owed--
		s.replies++
	}
}

// fail counts an error and gives the client up.
func (s *Slow) fail(c *dawdler, count *int, format string, args ...any) {
	*count++
	if s.errors.First == "" {
		s.errors.First = fmt.Sprintf(format, args...)
	}
	closeSocket(c.fd)
	c.fd, c.piece = -1, nil
}

func (s *Slow) failErrno(c *dawdler, i int, doing string, errno unix.Errno) {
	count := &s.errors.Other
	if errno == unix.ECONNRESET || errno == unix.EPIPE {
		count = &s.errors.Reset
	}
	s.fail(c, count, "client %d: %s: %v", i, doing, errno)
}
