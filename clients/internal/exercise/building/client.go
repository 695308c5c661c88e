package building

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"time"

	"c10klab/clients/internal/conformance"
)

// client is one connection, and the few verbs that cases are written in.
type client struct {
	p    *play
	n    int // which one, from 1 on
	conn *net.TCPConn
	sent []byte // its last words, for a message
}

// send writes b whole, waiting for room as long as an answer may take.
func (c *client) send(b []byte) {
	c.sent = b
	if err := c.write(b); err != nil {
		c.fail("sending %s: %s", quoted(b), c.say(err))
	}
}

// fail ends the case: this client saw what was wrong.
func (c *client) fail(format string, args ...any) { c.failWith(nil, fmt.Sprintf(format, args...)) }

func (c *client) failWith(d *Difference, words string) {
	c.p.blame(c.n, d, fmt.Sprintf("client %d: %s", c.n, words))
	runtime.Goexit()
}

func (c *client) write(b []byte) error {
	from := c.p.now()
	_ = c.conn.SetWriteDeadline(c.p.deadline())
	n, err := c.conn.Write(b)
	c.did(conformance.Sent, from, n, b[:n])
	return err
}

// sendBeside sends b, and then the end of file if half is set, while the case goes on. The function it returns waits for that.
func (c *client) sendBeside(b []byte, half bool) (finish func()) {
	c.sent = b
	done := make(chan error, 1)
	c.p.writers.Go(func() {
		err := c.write(b)
		if err == nil && half {
			err = c.conn.CloseWrite()
		}
		done <- err
	})
	return func() {
		if err := <-done; err != nil {
			c.fail("sending %s: %s", quoted(b), c.say(err))
		}
	}
}

// halfClose sends the end of file and goes on reading.
func (c *client) halfClose() {
	c.did(conformance.HalfClosed, c.p.now(), 0, nil)
	if err := c.conn.CloseWrite(); err != nil {
		c.fail("half-close: %s", c.say(err))
	}
}

// reset ends the connection with a RST instead of a FIN.
func (c *client) reset() {
	_ = c.conn.SetLinger(0)
	_ = c.conn.Close()
}

// leave closes the connection as a program that ends does, and forgets it.
func (c *client) leave() {
	c.did(conformance.Left, c.p.now(), 0, nil)
	_ = c.conn.Close()
	c.p.mu.Lock()
	c.p.clients = slices.DeleteFunc(c.p.clients, func(other *client) bool { return other == c })
	c.p.mu.Unlock()
}

// push writes block over and over, and returns how many bytes left before nothing moved for so long, or limit was reached.
func (c *client) push(block []byte, limit int, still time.Duration) (pushed int) {
	from := c.p.now()
	for pushed < limit {
		_ = c.conn.SetWriteDeadline(time.Now().Add(still))
		n, err := c.conn.Write(block[pushed%len(block):])
		pushed += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			c.fail("after %d bytes, without reading one: %s", pushed, c.say(err))
		}
	}
	c.sent = block
	c.did(conformance.Sent, from, pushed, block[:min(pushed, len(block))])
	return pushed
}
