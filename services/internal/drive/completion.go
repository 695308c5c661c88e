package drive

// The verbs of a model whose bytes the kernel moves by itself: where the other
// verbs make a call, such a model has been told that an operation is complete.

// Received takes what was received. Once the server stops, only what had arrived
// by then counts; after Finish nothing does.
func (c *Conn) Received(p []byte) {
	if c.table.Idle > 0 {
		c.received = now()
	}
	if c.stopping {
		p = p[:min(len(p), c.unread)]
		c.unread -= len(p)
	}
	if len(p) > 0 && c.finish == 0 {
		c.Session.Feed(p)
	}
}

// ReceivedEnd takes the peer's end of file.
func (c *Conn) ReceivedEnd() { _ = c.end() }

// CutOff ends the input of a conversation that wants to read, if the server stops
// and all that had arrived by then was received; it reports whether it did.
func (c *Conn) CutOff() bool {
	if !c.stopping || c.unread > 0 {
		return false
	}
	_ = c.stop()
	return true
}

// Ended reports whether the peer has sent its end of file.
func (c *Conn) Ended() bool { return c.ended }

// Finishing reports whether Finish was called: what arrives is discarded.
func (c *Conn) Finishing() bool { return c.finish != 0 }
