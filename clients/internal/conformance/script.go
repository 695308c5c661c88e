package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"syscall"
	"time"

	"c10klab/services/protocol"
)

const (
	defaultTimeout  = 30 * time.Second
	defaultPatience = 5 * time.Second
	quiet           = 30 * time.Millisecond  // how long a server is listened to that ought to say nothing
	settle          = 200 * time.Millisecond // in which a server surely receives what was sent before
)

// script is one case while it plays: the clients that it has dialled, and what
// happened. The first thing that does not hold ends it, as in package testing:
// fail leaves the case's goroutine with runtime.Goexit.
type script struct {
	ctx     context.Context
	target  Target
	app     protocol.App
	clients []*client
	pending sync.WaitGroup // writers that run beside the case

	mu     sync.Mutex
	steps  []string
	reason string
}

// play runs one case in a goroutine of its own and returns why it failed, "" if
// it did not. Whatever the case left open is reset: a reset frees even a server
// that is in the middle of a write, at once.
func play(ctx context.Context, t Target, c Case, run func(*script)) (reason string, steps []string) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	if t.Patience == 0 {
		t.Patience = defaultPatience
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	s := &script{ctx: ctx, target: t, app: c.App}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(s)
	}()
	<-done
	for _, c := range s.clients {
		c.reset()
	}
	s.pending.Wait()
	return s.reason, s.steps
}

// fail ends the case with a reason.
func (s *script) fail(format string, args ...any) {
	if s.reason == "" {
		s.reason = fmt.Sprintf(format, args...)
	}
	runtime.Goexit()
}

// note adds a line to the transcript, which keeps the first 200.
func (s *script) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.steps) < 200 {
		s.steps = append(s.steps, fmt.Sprintf(format, args...))
	}
}

// pause lets the server get on.
func (s *script) pause(d time.Duration) {
	select {
	case <-s.ctx.Done():
		s.fail("interrupted: %v", s.ctx.Err())
	case <-time.After(d):
	}
}

// deadline is when patience with one answer ends; never later than the case.
func (s *script) deadline() time.Time {
	at := time.Now().Add(s.target.Patience)
	if end, ok := s.ctx.Deadline(); ok && end.Before(at) {
		return end
	}
	return at
}

// dial connects one more client.
func (s *script) dial() *client { return s.dialWith(nil) }

// dialNarrow connects a client with small socket buffers, so that a server that
// is not read from feels it soon, and that little is under way by then.
func (s *script) dialNarrow() *client {
	return s.dialWith(func(fd int) error {
		const size = 64 << 10 // with 4 KiB the peer's window is so small that TCP sends by its timers
		return errors.Join(
			syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, size),
			syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, size))
	})
}

func (s *script) dialWith(prepare func(fd int) error) *client {
	c := &client{s: s, name: fmt.Sprintf("client %d", len(s.clients)+1)}
	d := net.Dialer{Deadline: s.deadline()}
	if prepare != nil {
		d.Control = func(_, _ string, raw syscall.RawConn) (err error) {
			if e := raw.Control(func(fd uintptr) { err = prepare(int(fd)) }); e != nil {
				return e
			}
			return err
		}
	}
	conn, err := d.DialContext(s.ctx, "tcp", s.target.Addrs[s.app])
	if err != nil {
		s.fail("%s: can't connect to %s at %s: %v", c.name, s.app, s.target.Addrs[s.app], err)
	}
	c.conn = conn.(*net.TCPConn)
	s.clients = append(s.clients, c)
	s.note("%s connected", c.name)
	return c
}
