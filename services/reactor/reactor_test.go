package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// each runs a test over each backend. The reactor listens for what factory builds,
// and its Run has ended when the test has.
func each(t *testing.T, factory func(r *Reactor) Factory, test func(t *testing.T, s *served)) {
	for _, name := range []string{"epoll", "poll", "select"} {
		t.Run(name, func(t *testing.T) { test(t, serveWith(t, name, factory)) })
	}
}

// served is a reactor that runs in a thread of its own.
type served struct {
	port  int
	wake  int // closing it stops the reactor
	ended chan error
}

func serveWith(t *testing.T, name string, factory func(r *Reactor) Factory) *served {
	r, err := New(name)
	require.NoError(t, err)
	fd, err := sock.Listen("127.0.0.1", 0, 16, false)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	require.NoError(t, unix.SetNonblock(fd, true))
	s := &served{ended: make(chan error, 1)}
	s.port, err = sock.Port(fd)
	require.NoError(t, err)
	pipe := make([]int, 2)
	require.NoError(t, unix.Pipe2(pipe, unix.O_CLOEXEC))
	s.wake = pipe[1]
	require.NoError(t, r.Listen(fd, factory(r)))
	require.NoError(t, r.AddReader(pipe[0], func() {
		r.RemoveReader(pipe[0])
		unix.Close(pipe[0])
		r.Stop(10 * time.Second)
	}))
	go func() { s.ended <- r.Run() }()
	t.Cleanup(func() { s.stop(t) })
	return s
}

// stop stops the reactor and waits for its end.
func (s *served) stop(t *testing.T) {
	if s.wake >= 0 {
		unix.Close(s.wake)
		s.wake = -1
		require.NoError(t, <-s.ended)
	}
}

// client is one that talks in lines.
type client struct {
	*net.TCPConn
	*bufio.Reader
	t *testing.T
}

func (c *client) Read(p []byte) (int, error) { return c.Reader.Read(p) }

func (s *served) dial(t *testing.T) *client {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return &client{c.(*net.TCPConn), bufio.NewReader(c), t}
}

func (c *client) say(text string) {
	_, err := io.WriteString(c.TCPConn, text)
	require.NoError(c.t, err)
}

func (c *client) hears(want string) {
	line, err := c.ReadString('\n')
	require.NoError(c.t, err)
	assert.Equal(c.t, want, line)
}

func (c *client) hearsTheEnd() {
	rest, err := io.ReadAll(c.Reader)
	require.NoError(c.t, err, "an end of file, no reset")
	assert.Empty(c.t, rest)
}

// part is a protocol made of functions, those that a test needs.
type part struct {
	*Transport
	made     func(p *part)
	received func(p *part, data []byte)
	gone     func(reason error)
}

func (p *part) ConnectionMade(t *Transport) {
	if p.Transport = t; p.made != nil {
		p.made(p)
	}
}

func (p *part) DataReceived(data []byte) {
	if p.received != nil {
		p.received(p, data)
	}
}

func (p *part) ConnectionLost(reason error) {
	if p.gone != nil {
		p.gone(reason)
	}
}

// echo gives back what it receives.
func echo(p *part, data []byte) { p.Write(data) }

func parts(build func(r *Reactor) part) func(r *Reactor) Factory {
	return func(r *Reactor) Factory {
		return FactoryFunc(func(int) Protocol {
			p := build(r)
			return &p
		})
	}
}
