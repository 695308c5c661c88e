package engine

import (
	"bytes"
	"errors"

	"golang.org/x/sys/unix"
)

// visit is one place of a Churn: a connection from its beginning to its end, and then the next.
type visit struct {
	fd        int32  // -1: none
	connected bool   // the kernel said so
	failed    bool   // the place's last visit of this slice
	answered  bool   // one of the place's visits in this slice
	owed      int32  // bytes of the request that the socket did not take yet
	have      int32  // bytes of the reply that came, all of them right
	sendPos   uint32 // in the tape that is sent
	recvPos   uint32 // where the reply begins in the tape that is compared with
	number    int    // of the visit, since the Churn was made
	began     int64  // before its socket was made
	sent      int64  // when it was connected and the request was sent
	piece     []byte // HTTP: the reply so far, where it did not come in one piece
}

// visit begins the next visit in that place.
func (c *Churn) visit(i int) {
	v := &c.visits[i]
	send, recv := c.script.start(c.made)
	*v = visit{
		fd: -1, answered: v.answered, sendPos: send, recvPos: recv,
		number: c.made, began: c.e.now(), piece: v.piece[:0],
	}
	v.owed = c.script.ask.next(send, 0, 1)
	c.made++
	family := uint16(unix.AF_INET)
	if c.to.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, errno := socketOf(family)
	if errno != 0 {
		c.short(v, "socket", errno)
		return
	}
	v.fd = fd
	c.flying++
	if len(c.sources) > 0 {
		if errno := bind(fd, c.sources[v.number%len(c.sources)]); errno != 0 {
			c.short(v, "bind to "+c.e.opts.Sources[v.number%len(c.sources)].String(), errno)
			return
		}
	}
	switch errno := connect(fd, c.target); errno {
	case 0, unix.EINPROGRESS:
	case unix.EADDRNOTAVAIL, unix.ENOBUFS, unix.ENOMEM:
		c.short(v, "connect", errno)
		return
	default:
		c.failErrno(v, "connect", errno)
		return
	}
	// Edges spare a call for each change of direction: two a visit. What it takes is to
	// go on until the socket says EAGAIN.
	if errno := watchEdges(c.epfd, fd, i); errno != 0 {
		c.short(v, "epoll_ctl", errno)
	}
}

// leave closes the visit's connection, by reset.
func (c *Churn) leave(v *visit) {
	closeSocket(v.fd) // it leaves the epoll set, too
	v.fd = -1
	c.flying--
}

// proceed does what the socket allows now: it sends what is owed, which succeeds
// once it is connected, and receives.
func (c *Churn) proceed(i int, readable bool) {
	v := &c.visits[i]
	if v.fd < 0 || v.owed > 0 && !c.flush(v) {
		return
	}
	for readable {
		n, errno := recv(v.fd, c.e.buf)
		if errno == unix.EINTR {
			continue
		}
		if errno == unix.EAGAIN {
			return
		}
		if errno != 0 {
			c.failErrno(v, "receive", errno)
			return
		}
		whole := c.take(v, c.e.buf[:n])
		if whole {
			c.complete(i)
		}
		if whole || v.fd < 0 {
			return
		}
	}
}

// flush sends as much as the socket takes; false: the visit is not connected yet, or failed.
func (c *Churn) flush(v *visit) bool {
	if !v.connected {
		v.sent = c.e.now() // before it sends: on loopback the call does the receiver's work, too
	}
	for v.owed > 0 {
		n, errno := send(v.fd, c.script.ask.text[v.sendPos:][:v.owed])
		switch {
		case errno == unix.EINTR:
			continue
		case errno == unix.EAGAIN:
			return v.connected
		case errno != 0 && v.connected:
			c.failErrno(v, "send", errno)
			return false
		case errno != 0:
			c.failErrno(v, "connect", errno)
			return false
		}
		if !v.connected {
			v.connected = true
		}
		v.owed -= int32(n)
		v.sendPos = c.script.ask.after(v.sendPos, n)
	}
	return true
}

// complete books a visit that ended well and begins the next one in its place.
func (c *Churn) complete(i int) {
	v := &c.visits[i]
	now := c.e.now()
	if now >= c.from {
		c.longest = max(c.longest, now-v.began)
	}
	if c.measuring {
		c.measured++
		c.series.count(now)
		record(c.latency, now-v.began, &c.lost)
		record(c.service, now-v.sent, &c.lost)
		record(c.connects, v.sent-v.began, &c.lost)
	}
	c.replies++
	v.answered = true
	c.leave(v)
	if c.spin > 0 {
		c.e.burn(now, c.spin)
	}
	if c.sending {
		c.visit(i)
	}
}

// take compares what came, nothing at the end of the connection, and says whether the reply is whole.
func (c *Churn) take(v *visit, p []byte) (whole bool) {
	if c.script.http {
		return c.takeHTTP(v, p)
	}
	unit := c.script.want.unit
	want := c.script.want.text[v.recvPos:][v.have:unit]
	switch {
	case len(p) == 0:
		c.fail(v, &c.errors.Closed, "the server closed it after %d of a reply's %d bytes", v.have, unit)
		return false
	case !bytes.Equal(p, want[:min(len(p), len(want))]):
		at := 0
		for at < len(want) && p[at] == want[at] {
			at++
		}
		if at == len(want) {
			c.fail(v, &c.errors.Mismatch, "%d bytes more than were asked for", len(p)-at)
			return false
		}
		c.fail(v, &c.errors.Mismatch, "offset %d: expected 0x%02x, got 0x%02x", int(v.have)+at, want[at], p[at])
		return false
	}
	v.have += int32(len(p))
	return int(v.have) == unit
}

// takeHTTP is take for a reply whose frame is HTTP's.
func (c *Churn) takeHTTP(v *visit, p []byte) (whole bool) {
	// A text that was judged already, in one piece. One that only the connection's end
	// ends is looked at again: there may be more to come.
	if len(v.piece) == 0 && !c.toEnd && len(p) > 0 && bytes.Equal(p, c.page.text) {
		return true
	}
	v.piece = append(v.piece, p...)
	r, err := parseReply(v.piece, c.page.room[:0])
	c.page.room = r.room
	if errors.Is(err, errUntilEnd) {
		c.toEnd = true
		if len(p) == 0 {
			r.body, r.size, err = v.piece[r.size:], len(v.piece), nil
		} else {
			err = errIncomplete
		}
	}
	switch {
	case errors.Is(err, errIncomplete) && len(p) == 0:
		c.fail(v, &c.errors.Closed, "the server closed it after %d bytes of a reply that is longer", len(v.piece))
	case errors.Is(err, errIncomplete) && len(v.piece) <= maxReply:
	case err != nil:
		c.fail(v, &c.errors.Status, "%v", err)
	case r.size < len(v.piece):
		c.fail(v, &c.errors.Mismatch, "%d bytes more than were asked for", len(v.piece)-r.size)
	default:
		if count, reason := c.page.judge(&c.errors, r, v.piece); count != nil {
			c.fail(v, count, "%s", reason)
			return false
		}
		return true
	}
	return false
}
