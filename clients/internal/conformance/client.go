package conformance

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// client is one connection and the few verbs that cases are written in.
type client struct {
	s      *script
	number int
	name   string // "client 1"
	conn   *net.TCPConn
	buf    *bufio.Reader
	sent   lastSent
}

// send writes p whole, waiting for room as long as an answer may take.
func (c *client) send(p string) {
	if err := c.write(p); err != nil {
		c.s.fail("%s: sending %s: %s", c.name, quote(p), c.say(err))
	}
}

// sendBytewise writes p in pieces of one byte. Each leaves in a packet of its
// own (TCP_NODELAY is Go's default), though the server may find several at once.
func (c *client) sendBytewise(p string) {
	for i := range len(p) {
		c.send(p[i : i+1])
	}
}

func (c *client) write(p string) error {
	c.sent.add(p)
	_ = c.conn.SetWriteDeadline(c.s.deadline())
	_, err := c.put([]byte(p))
	return err
}

// exchange sends p in one write while it reads, and expects exactly want: what
// a client must do when the answers may fill both sockets before p has left.
func (c *client) exchange(p, want string) {
	finish := c.sendBeside(p, false)
	c.expect(want)
	finish()
}

// sendBeside sends p, and then the end if half is set, while the case goes on.
// The function it returns waits for that.
func (c *client) sendBeside(p string, half bool) (finish func()) {
	done := make(chan error, 1)
	c.s.pending.Go(func() {
		err := c.write(p)
		if err == nil && half {
			c.s.rec.at(c.number, HalfClosed, "")
			err = c.conn.CloseWrite()
		}
		done <- err
	})
	return func() {
		if err := <-done; err != nil {
			c.s.fail("%s: sending %s: %s", c.name, quote(p), c.say(err))
		}
	}
}

// halfClose sends the end of file and goes on reading.
func (c *client) halfClose() {
	c.s.rec.at(c.number, HalfClosed, "")
	if err := c.conn.CloseWrite(); err != nil {
		c.s.fail("%s: half-close: %s", c.name, c.say(err))
	}
}

// reset ends the connection with a RST instead of a FIN.
func (c *client) reset() {
	c.s.rec.at(c.number, Reset, "")
	_ = c.conn.SetLinger(0)
	_ = c.conn.Close()
}

// leave closes the connection, as a program that ends does.
func (c *client) leave() {
	c.s.rec.at(c.number, Left, "")
	_ = c.conn.Close()
}

// ask sends p and expects want, the commonest pair.
func (c *client) ask(p, want string) {
	c.send(p)
	c.expect(want)
}

// end half-closes and expects the server to close without a further word.
func (c *client) end() {
	c.halfClose()
	c.expectEOF()
}

// expect reads as many bytes as want has and fails at the first that differs.
func (c *client) expect(want string) {
	for got := 0; got < len(want); {
		p, err := c.chunk(len(want) - got)
		if err != nil || string(p) != want[got:got+len(p)] {
			c.wrong("", want, want[:got]+string(p), c.say(err))
		}
		got += len(p)
	}
}

// expectEOF fails if anything but the end of file comes.
func (c *client) expectEOF() {
	p, err := c.chunk(512)
	if !errors.Is(err, io.EOF) {
		c.unexpected("the end of file", string(p), c.say(err))
	}
}

// expectSilence fails if anything comes, or the connection ends, for a moment.
func (c *client) expectSilence() {
	_ = c.conn.SetReadDeadline(time.Now().Add(quiet))
	_, err := c.reader().Peek(1)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		p, _ := c.reader().Peek(c.reader().Buffered())
		c.unexpected("no answer yet", string(p), c.say(err))
	}
}

// expectError reads one line that begins with "error: " and gives a reason.
func (c *client) expectError() {
	line, err := c.line()
	reason, isError := strings.CutPrefix(line, "error: ")
	if err != nil || !isError || len(reason) < 2 {
		c.unexpected(`a line "error: ..." with the reason`, line, c.say(err))
	}
}

// line reads up to and with the next "\n", at most the buffer's 64 KiB.
func (c *client) line() (string, error) {
	_ = c.conn.SetReadDeadline(c.s.deadline())
	p, err := c.reader().ReadSlice('\n')
	return string(p), err
}

// chunk reads what there is, at least one byte and at most n, or an error. The
// bytes are the buffer's: they hold until the next read.
func (c *client) chunk(n int) ([]byte, error) {
	_ = c.conn.SetReadDeadline(c.s.deadline())
	if _, err := c.reader().Peek(1); err != nil {
		return nil, err
	}
	n = min(n, c.reader().Buffered())
	p, _ := c.reader().Peek(n)
	_, _ = c.reader().Discard(n)
	return p, nil
}

func (c *client) reader() *bufio.Reader {
	if c.buf == nil {
		c.buf = bufio.NewReaderSize(received{c}, 64<<10)
	}
	return c.buf
}

// say puts the ends of a connection into words; "" for none.
func (c *client) say(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, io.EOF):
		return "the end of file"
	case errors.Is(err, os.ErrDeadlineExceeded):
		if c.s.ctx.Err() != nil {
			return "nothing more before the time for the whole case was up"
		}
		return "nothing more for " + c.s.target.Patience.String()
	case errors.Is(err, syscall.ECONNRESET):
		return "a reset (ECONNRESET)"
	case errors.Is(err, syscall.EPIPE):
		return "a refusal, for the connection is closed already (EPIPE)"
	}
	return err.Error()
}
