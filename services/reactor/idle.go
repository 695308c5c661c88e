package main

import "time"

// limit begins the time after which a client that says nothing is left (-idle).
func (c *conversation) limit() {
	if d := c.server.Idle(); d > 0 {
		c.received = monotonic()
		c.idle = c.reactor.CallLater(d, c.expire)
	}
}

func (c *conversation) expire() {
	left := c.server.Idle() - time.Duration(monotonic()-c.received)
	if until, waits := c.session.Until(); waits {
		left = time.Until(until) + time.Millisecond // it is we who say nothing
	}
	switch {
	case left > 0:
		c.idle.Reset(left)
	case c.session.Done() && c.transport.Flushed(): // it is being closed
	default:
		c.transport.AbortConnection()
	}
}
