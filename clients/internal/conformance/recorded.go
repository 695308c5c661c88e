package conformance

import (
	"errors"
	"io"
	"os"
)

// received is the receiving side of a client's connection: each read is recorded, with the time that it waited.
type received struct{ c *client }

// Read implements io.Reader.
func (r received) Read(p []byte) (int, error) {
	c := r.c
	e := c.s.rec.begin(c.number, Waiting, 0, "")
	n, err := c.conn.Read(p)
	switch {
	case n > 0:
		c.s.rec.finish(e, Received, n, string(p[:min(n, shown)]))
	case errors.Is(err, io.EOF):
		c.s.rec.finish(e, Ended, 0, "")
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.s.rec.finish(e, Silence, 0, "")
	default:
		c.s.rec.finish(e, Broken, 0, c.say(err))
	}
	return n, err
}

// put writes p whole, until the deadline that is set, and records how much of it left.
func (c *client) put(p []byte) (int, error) {
	e := c.s.rec.begin(c.number, Sent, len(p), string(p[:min(len(p), shown)]))
	n, err := c.conn.Write(p)
	if err != nil && n == 0 {
		c.s.rec.finish(e, Broken, 0, "sending: "+c.say(err))
		return n, err
	}
	c.s.rec.finish(e, Sent, n, "")
	return n, err
}
