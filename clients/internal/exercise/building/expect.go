package building

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"c10klab/clients/internal/conformance"
)

// expect reads as many bytes as want has, and fails at the first that differs.
func (c *client) expect(want []byte) { c.expectAfter(c.sent, want) }

func (c *client) expectAfter(sent, want []byte) {
	from := c.p.now()
	have := make([]byte, 0, min(len(want), 1<<20))
	buf := make([]byte, 64<<10)
	for len(have) < len(want) {
		n, err := c.read(buf[:min(len(buf), len(want)-len(have))])
		at := len(have)
		have = append(have, buf[:n]...)
		if err != nil || string(have[at:]) != string(want[at:len(have)]) {
			if len(have) > 0 {
				c.did(conformance.Received, from, len(have), have)
			}
			c.ends(from, err)
			c.differs(sent, want, have, c.say(err))
		}
	}
	c.did(conformance.Received, from, len(want), want)
}

// differs ends the case: these answers are not those.
func (c *client) differs(sent, want, have []byte, end string) {
	d := differ(sent, want, have, end)
	c.failWith(&d, d.String())
}

// ends notes what came instead of bytes.
func (c *client) ends(from time.Duration, err error) {
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		c.did(conformance.Ended, from, 0, nil)
	case timedOut(err):
		c.did(conformance.Silence, from, 0, nil)
	default:
		c.did(conformance.Broken, from, 0, []byte(c.say(err)))
	}
}

// ask sends a message and expects its answer: the commonest pair.
func (c *client) ask(message []byte) {
	c.send(c.p.spec.Frame(message))
	c.expect(c.p.spec.Frame(c.p.spec.Answer(message)))
}

// expectEnd fails if anything but the end of file comes.
func (c *client) expectEnd() {
	var buf [512]byte
	from := c.p.now()
	n, err := c.read(buf[:])
	c.ends(from, err)
	if !errors.Is(err, io.EOF) {
		c.fail("sent %s, and expected the end of file; received %s", quoted(c.sent), came(buf[:n], c.say(err)))
	}
}

// end half-closes and expects the server to close without a further word.
func (c *client) end() {
	c.halfClose()
	c.expectEnd()
}

// answered says whether the answer to a message comes in time; a connection that was closed instead is told by the error.
func (c *client) answered(message []byte, within time.Duration) (bool, error) {
	want := c.p.spec.Frame(c.p.spec.Answer(message))
	c.sent = c.p.spec.Frame(message)
	if err := c.write(c.sent); err != nil {
		return false, err
	}
	from := c.p.now()
	_ = c.conn.SetReadDeadline(time.Now().Add(within))
	have := make([]byte, len(want))
	n, err := io.ReadFull(c.conn, have)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) && n == 0:
		c.ends(from, err)
		return false, nil
	case err != nil:
		c.ends(from, err)
		return false, err
	case string(have) != string(want):
		c.did(conformance.Received, from, n, have)
		c.differs(c.sent, want, have, "")
	}
	c.did(conformance.Received, from, n, have)
	return true, nil
}

func (c *client) read(buf []byte) (int, error) {
	_ = c.conn.SetReadDeadline(c.p.deadline())
	return c.conn.Read(buf)
}

// say puts the ends of a connection into words; "" for none.
func (c *client) say(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, io.EOF):
		return "the end of file"
	case errors.Is(err, os.ErrDeadlineExceeded):
		if c.p.ctx.Err() != nil {
			return fmt.Sprintf("nothing more before the time for the whole case (%s) was up", caseTime)
		}
		return fmt.Sprintf("nothing more for %s", patience)
	case errors.Is(err, syscall.ECONNRESET):
		return "a reset (ECONNRESET)"
	case errors.Is(err, syscall.EPIPE):
		return "a refusal, for the connection is closed already (EPIPE)"
	}
	return err.Error()
}

func (c *client) readWithin(buf []byte, d time.Duration) (int, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(d))
	return c.conn.Read(buf)
}

func timedOut(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
