package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
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
	stuck           = 500 * time.Millisecond // without room for a byte: the server no longer reads
)

// script is one case while it plays: the clients that it has dialled, and what
// happened. The first thing that does not hold ends it, as in package testing:
// fail leaves the case's goroutine with runtime.Goexit.
type script struct {
	ctx     context.Context
	target  Target
	app     protocol.App
	pending sync.WaitGroup // writers that run beside the case

	mu      sync.Mutex // guards what follows: clients may act at the same time
	clients []*client  // all that are connected, in the order in which they came
	came    int        // how many came so far
	reason  string
	failure Failure
	failed  *Recording // what had happened by then

	rec recorder
}

// play runs one case in a goroutine of its own and returns it; its reason says why it failed, "" that it did not.
// Whatever the case left open is reset: a reset frees even a server that is in the middle of a write, at once.
func play(ctx context.Context, t Target, c Case, run func(*script)) *script {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	if t.Patience == 0 {
		t.Patience = defaultPatience
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	s := &script{ctx: ctx, target: t, app: c.App, rec: recorder{began: time.Now()}}
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
	return s
}

// together does n things at the same time, each in a goroutine, and goes on when
// all are done. If one fails the case does.
func (s *script) together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
	s.mu.Lock()
	failed := s.reason != ""
	s.mu.Unlock()
	if failed {
		runtime.Goexit()
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
func (s *script) dial() *client { return s.dialWith(s.app, nil) }

// dialTo connects one more client to another application than the case's own.
func (s *script) dialTo(app protocol.App) *client { return s.dialWith(app, nil) }

// dialNarrow connects a client with small socket buffers, so that a server that
// is not read from feels it soon, and that little is under way by then.
func (s *script) dialNarrow() *client { return s.dialWith(s.app, narrow) }

// dialTight connects a client like dialNarrow's, over small segments: the
// server's send buffer grows with them, and many such clients take no hundreds of
// megabytes of the kernel's memory. It takes long to read what has come over it.
func (s *script) dialTight() *client {
	return s.dialWith(s.app, func(fd int) error {
		return errors.Join(narrow(fd), syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1400))
	})
}

func narrow(fd int) error {
	const size = 64 << 10 // with 4 KiB the peer's window is so small that TCP sends by its timers
	return errors.Join(
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, size),
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, size))
}

// dialCorked connects a client whose words leave together with its end of file, in one segment.
func (s *script) dialCorked() *client {
	return s.dialWith(s.app, func(fd int) error { return syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_CORK, 1) })
}

func (s *script) dialWith(app protocol.App, prepare func(fd int) error) *client {
	s.mu.Lock()
	s.came++
	c := &client{s: s, number: s.came, name: fmt.Sprintf("client %d", s.came)}
	s.mu.Unlock()
	e := s.rec.begin(c.number, Connected, 0, "")
	conn, err := s.connect(app, prepare)
	if err != nil {
		s.rec.finish(e, Broken, 0, "can't connect")
		s.fail("%s: can't connect to %s at %s: %v", c.name, app, s.target.Addrs[app], err)
	}
	s.rec.finish(e, Connected, 0, "")
	c.conn = conn
	s.mu.Lock()
	s.clients = append(s.clients, c)
	s.mu.Unlock()
	return c
}

func (s *script) connect(app protocol.App, prepare func(fd int) error) (*net.TCPConn, error) {
	d := net.Dialer{Deadline: s.deadline()}
	if prepare != nil {
		d.Control = func(_, _ string, raw syscall.RawConn) (err error) {
			if e := raw.Control(func(fd uintptr) { err = prepare(int(fd)) }); e != nil {
				return e
			}
			return err
		}
	}
	conn, err := d.DialContext(s.ctx, "tcp", s.target.Addrs[app])
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// forget lets go of a client that has closed: a case of 5,000 keeps no 5,000.
func (s *script) forget(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = slices.DeleteFunc(s.clients, func(other *client) bool { return other == c })
}
