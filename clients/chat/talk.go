package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"c10klab/clients/internal/wire"
	"c10klab/services/protocol"
)

// screen is the person's side: a terminal, or a pipe.
type screen interface {
	line() (string, error)           // the next line with its end; io.EOF; errInterrupted
	show(p []byte)                   // what the server said
	note(format string, args ...any) // what there is to say about it
	close()                          // ends a line() that waits
}

// chat is one conversation.
type chat struct {
	place   wire.Place
	known   bool // whether the application is: else lines are just lines
	raw     bool
	timeout time.Duration
	conn    *net.TCPConn
	screen  screen
	pages   pages

	mu       sync.Mutex
	asked    []time.Time   // when each line not yet answered was sent, for work and wait
	heard    chan struct{} // something came
	silences int           // -raw lines that got no answer in time
}

// talk goes on until the server closes, or the person interrupts. The two
// directions are independent, as TCP's are: what is typed goes out here, what
// comes is shown by receive.
func (c *chat) talk(ctx context.Context) error {
	c.heard = make(chan struct{}, 1)
	received, typed := make(chan error, 1), make(chan error, 1)
	go func() { received <- c.receive() }()
	go func() { typed <- c.send(ctx) }()
	for {
		select {
		case <-ctx.Done():
			return errInterrupted
		case err := <-typed:
			if err != nil {
				return err
			}
			if err := c.conn.CloseWrite(); err != nil && !errors.Is(err, syscall.ENOTCONN) {
				return fmt.Errorf("half-close to %s: %w", c.place.Addr, err)
			}
			typed = nil // from here on the server has the last word
		case err := <-received:
			c.screen.close()
			if err != nil {
				return err
			}
			if typed != nil {
				c.screen.note("%s has closed the connection", c.place.Addr)
			}
			if c.silences > 0 {
				return fmt.Errorf("%d of the lines got no answer within %v", c.silences, c.timeout)
			}
			return nil
		}
	}
}

// send sends what is typed, to its end.
func (c *chat) send(ctx context.Context) error {
	if c.raw && c.known && c.place.App == protocol.Menu {
		c.await(ctx) // the greeting is no answer
	}
	for {
		line, err := c.screen.line()
		if line != "" {
			if err := c.sendLine(ctx, line); err != nil {
				return nil // the server has closed: receive says why
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

func (c *chat) sendLine(ctx context.Context, line string) error {
	if c.raw {
		return c.sendRaw(ctx, strings.TrimRight(line, "\r\n"))
	}
	if c.known && c.place.App == protocol.Page {
		request, err := c.pages.request(line)
		if err != nil {
			c.screen.note("%v", err)
			return nil
		}
		line = request
	}
	c.mark(line)
	_, err := io.WriteString(c.conn, line)
	return err
}

// receive shows what comes until the server closes.
func (c *chat) receive() error {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.conn.Read(buf)
		if n > 0 {
			c.screen.show(buf[:n])
			c.tell(buf[:n])
			select {
			case c.heard <- struct{}{}:
			default:
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
			return nil
		case errors.Is(err, syscall.ECONNRESET):
			return fmt.Errorf("%s has reset the connection (ECONNRESET)", c.place.Addr)
		case err != nil:
			return fmt.Errorf("receiving from %s: %w", c.place.Addr, err)
		}
	}
}

// mark remembers when a line went out whose answer takes time.
func (c *chat) mark(line string) {
	if c.known && (c.place.App == protocol.Work || c.place.App == protocol.Wait) && strings.HasSuffix(line, "\n") {
		c.mu.Lock()
		c.asked = append(c.asked, time.Now())
		c.mu.Unlock()
	}
}

// tell says how long each of the answers in p took.
func (c *chat) tell(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range strings.Count(string(p), "\n") {
		if len(c.asked) == 0 {
			return
		}
		c.screen.note("after %.1f ms", float64(time.Since(c.asked[0]).Microseconds())/1000)
		c.asked = c.asked[1:]
	}
}
