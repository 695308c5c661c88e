package drive

import (
	"io"

	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// What Advance is made of, for a model whose conversation is a plain loop that
// stops where it must wait: each verb does one thing, or returns sock.ErrAgain.

// Ready notes what the kernel has said of the socket.
func (c *Conn) Ready(read, write bool) {
	if write {
		c.blocked = false
	}
	if read {
		c.readable = true
	}
}

// Handed reports whether the session is in another thread's hands (Conns.Hand):
// the loop may not touch it, nor remove the conversation.
func (c *Conn) Handed() bool { return c.handed }

// Expired reports whether the conversation's time is up: it is to be removed.
func (c *Conn) Expired() bool { return c.expired }

// Send hands over some of what is owed. sock.ErrAgain: wait until the socket can be written.
func (c *Conn) Send() error {
	if c.blocked {
		return sock.ErrAgain
	}
	n, err := sock.Send(c.FD, c.Session.Pending())
	if err == sock.ErrAgain {
		c.blocked = true
		return err
	}
	c.Session.Sent(n)
	return err
}

// Receive feeds the session with what has arrived, at most protocol.ReadSize, or
// with the end of the peer's input. sock.ErrAgain: wait until the socket can be read.
func (c *Conn) Receive() error {
	if !c.readable {
		return sock.ErrAgain
	}
	buf := c.table.buf
	if c.stopping {
		if buf = buf[:min(len(buf), c.unread)]; len(buf) == 0 {
			return c.stop()
		}
	}
	n, err := sock.Recv(c.FD, buf)
	switch {
	case err == nil:
		c.Session.Feed(buf[:n])
		c.unread -= n
		if c.table.Idle > 0 {
			c.received = now()
		}
		// A short receive has emptied the socket; a level-triggered loop is told
		// when more comes. Edge-triggered, the end of file may have come in the
		// same edge: only ErrAgain proves that there is nothing left.
		if n < len(c.table.buf) && !c.edge && !c.stopping {
			c.readable = false
		}
		return nil
	case err == sock.ErrAgain:
		c.readable = false
		return err
	case err == io.EOF:
		return c.end()
	}
	return err
}

// Finish ends a conversation that is done: it sends the end of file. From now on
// Discard until that says io.EOF, for at most protocol.Linger: then the conversation expires.
func (c *Conn) Finish() error {
	if c.ended {
		return nil
	}
	err := sock.CloseWrite(c.FD)
	if err == nil {
		c.finish = now() + int64(protocol.Linger)
		c.readable = true
	}
	return err
}

// Discard reads and forgets what the peer sends after Finish. io.EOF: the
// conversation is to be removed; sock.ErrAgain: wait until the socket can be read;
// nil: there is more, let others have their turn.
func (c *Conn) Discard() error {
	if c.ended {
		return io.EOF
	}
	for range fair {
		switch _, err := sock.Recv(c.FD, c.table.buf); {
		case err == sock.ErrAgain:
			c.readable = false
			return err
		case err != nil:
			return io.EOF // its end of file, or its reset
		}
	}
	return nil
}

// discard is Discard for a loop that comes when there is something to read.
func (c *Conn) discard() (done bool, err error) { return c.Discard() == io.EOF, nil }
