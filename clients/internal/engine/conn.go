package engine

import (
	"bytes"
	"fmt"

	"golang.org/x/sys/unix"
)

// conn is one connection; it fits into a cache line.
type conn struct {
	fd       int32  // -1 when it failed
	sendPos  uint32 // in the tape that is sent
	recvPos  uint32 // in the tape that is compared with
	owed     int32  // bytes that the socket did not take yet
	left     int32  // bytes missing from the oldest reply outstanding
	out      int32  // requests outstanding
	stale    int32  // those of them from an earlier stretch: their times mean nothing
	head     int32  // place of the oldest one's send time in its ring
	stretch  uint32 // the last stretch in which it got a reply
	measured uint32 // replies in this stretch's measured part
	writable bool   // EPOLLOUT is asked for
	got      int64  // bytes that came back, all of them right
}

// ask sends n more requests on connection i; they are due now.
func (g *Group) ask(c *conn, i, n int, now int64) {
	k := g.e.opts.Pipeline
	for range n {
		at := int(c.head + c.out)
		if at >= k {
			at -= k
		}
		g.sent[i*k+at] = now
		c.out++
	}
	g.outstanding += n
	c.owed += g.script.ask.next(c.sendPos, c.owed, n)
	if !c.writable {
		g.flush(c, i)
	}
}

// flush sends what is owed, as far as the socket takes it.
func (g *Group) flush(c *conn, i int) {
	ask := &g.script.ask
	for c.owed > 0 {
		n, errno := send(c.fd, ask.text[c.sendPos:][:c.owed])
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 && errno != unix.EAGAIN {
			g.failErrno(c, i, "send", errno)
			return
		}
		if errno == unix.EAGAIN {
			break
		}
		c.owed -= int32(n)
		c.sendPos = ask.after(c.sendPos, n)
	}
	if (c.owed > 0) != c.writable {
		c.writable = c.owed > 0
		ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}
		if c.writable {
			ev.Events |= unix.EPOLLOUT
		}
		_ = unix.EpollCtl(g.epfd, unix.EPOLL_CTL_MOD, int(c.fd), &ev)
	}
}

// receive takes in one read's worth; epoll being level-triggered, the rest comes again.
func (g *Group) receive(c *conn, i int) {
	n, errno := recv(c.fd, g.e.buf)
	switch {
	case errno == unix.EAGAIN || errno == unix.EINTR:
	case errno != 0:
		g.failErrno(c, i, "receive", errno)
	case n == 0:
		g.failEOF(c, i)
	case g.script.http:
		g.takeHTTP(c, i, g.e.buf[:n])
	default:
		g.take(c, i, g.e.buf[:n])
	}
}

// take compares p with what must come and completes the replies that end in it.
func (g *Group) take(c *conn, i int, p []byte) {
	want := &g.script.want
	due := 0
	if c.out > 0 {
		due = int(c.left) + int(c.out-1)*want.unit
	}
	if expected := want.text[c.recvPos:][:min(len(p), due)]; !bytes.Equal(p, expected) {
		g.failMismatch(c, i, expected, p)
		return
	}
	c.got += int64(len(p))
	c.recvPos = want.after(c.recvPos, len(p))
	c.left -= int32(len(p))
	if c.left > 0 {
		return
	}
	done := 0
	for c.left <= 0 && done < int(c.out) {
		c.left += int32(want.unit)
		done++
	}
	g.complete(c, i, done)
}

// complete books the oldest n requests of connection i as answered and, in a
// closed loop's way, asks the next ones at once: they are due at the same
// moment, so that one reading of the clock serves both.
func (g *Group) complete(c *conn, i, n int) {
	k := g.e.opts.Pipeline
	now := g.e.now()
	for range n {
		switch {
		case c.stale > 0:
			c.stale--
		case g.pace != nil:
			g.answered(c, i*k+int(c.head), now)
		case now >= g.from:
			took := now - g.sent[i*k+int(c.head)]
			g.longest = max(g.longest, took)
			if g.measuring {
				g.count(c, now)
				record(g.latency, took, &g.lost)
			}
		}
		if c.head++; int(c.head) == k {
			c.head = 0
		}
	}
	c.out -= int32(n)
	g.outstanding -= n
	g.replies += uint64(n)
	if c.stretch != g.stretch {
		c.stretch = g.stretch
		g.answering++
	}
	if g.spin > 0 {
		now = g.e.burn(now, int64(n)*g.spin)
	}
	if g.sending {
		g.ask(c, i, n, now)
	} else if g.pace != nil {
		g.freed(c, i, n, now)
	}
}

// count books a reply in the measured part.
func (g *Group) count(c *conn, now int64) {
	g.measured++
	c.measured++
	g.series.count(now)
}

// fail counts an error and gives the connection up.
func (g *Group) fail(c *conn, count *int, format string, args ...any) {
	*count++
	if g.errors.First == "" {
		g.errors.First = fmt.Sprintf(format, args...)
	}
	if g.pace != nil {
		g.failedPaced(c)
	}
	_ = unix.Close(int(c.fd)) // it leaves the epoll set, too
	g.outstanding -= int(c.out)
	g.open--
	c.fd, c.out, c.owed, c.stale = -1, 0, 0, 0
}

func (g *Group) failErrno(c *conn, i int, doing string, errno unix.Errno) {
	count := &g.errors.Other
	if errno == unix.ECONNRESET || errno == unix.EPIPE {
		count = &g.errors.Reset
	}
	g.fail(c, count, "connection %d: %s: %v", i, doing, errno)
}

func (g *Group) failEOF(c *conn, i int) {
	switch {
	case g.script.http:
		g.fail(c, &g.errors.Closed, "connection %d: the server closed it; it must keep its connections alive here", i)
	case c.out > 0 && int(c.left) < g.script.want.unit:
		unit := g.script.want.unit
		g.fail(c, &g.errors.Closed, "connection %d: the server closed it after %d of a reply's %d bytes", i, unit-int(c.left), unit)
	default:
		g.fail(c, &g.errors.Closed, "connection %d: the server closed it with %d replies owed", i, c.out)
	}
}

func (g *Group) failMismatch(c *conn, i int, expected, p []byte) {
	at := 0
	for at < len(expected) && p[at] == expected[at] {
		at++
	}
	if at == len(expected) {
		g.fail(c, &g.errors.Mismatch, "connection %d, offset %d: %d bytes more than were asked for", i, c.got+int64(at), len(p)-at)
		return
	}
	g.fail(c, &g.errors.Mismatch, "connection %d, offset %d: expected 0x%02x, got 0x%02x", i, c.got+int64(at), expected[at], p[at])
}
