package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// shouter and shouterPort are all that another server takes: one that gives back every line in capitals.
type shouter struct{ fd int }

func (s *shouter) Watch() (int, int16) { return s.fd, unix.POLLIN }

func (s *shouter) Execute() State {
	line := make([]byte, 128)
	n, err := sock.Recv(s.fd, line)
	if err == sock.ErrAgain {
		return Waiting
	}
	if err == nil {
		_, err = sock.Send(s.fd, bytes.ToUpper(line[:n]))
	}
	if err != nil {
		_ = unix.Close(s.fd)
		return Done
	}
	return Again
}

type shouterPort struct {
	loop *Loop
	fd   int
}

func (p *shouterPort) Watch() (int, int16) { return p.fd, unix.POLLIN }

func (p *shouterPort) Execute() State {
	if fd, err := sock.Accept(p.fd); err == nil {
		p.loop.Add(&shouter{fd})
		return Again
	}
	return Waiting
}

// until is a handler made of a function, without a descriptor: it is called in every round.
type until func() State

func (u until) Watch() (int, int16) { return -1, 0 }
func (u until) Execute() State      { return u() }

func TestAnotherServerInTwentyLines(t *testing.T) {
	fd, err := sock.Listen("127.0.0.1", 0, 16, false)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	require.NoError(t, unix.SetNonblock(fd, true))
	port, err := sock.Port(fd)
	require.NoError(t, err)

	loop, stop, ended := new(Loop), make(chan struct{}), make(chan error)
	loop.Add(&shouterPort{loop, fd})
	loop.Add(until(func() State {
		select {
		case <-stop:
			loop.Stop()
		default:
		}
		return Waiting
	}))
	go func() { ended <- loop.Run(time.Millisecond) }()

	for i := range 3 {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		_, err = fmt.Fprintf(c, "client %d\n", i)
		require.NoError(t, err)
		line, err := bufio.NewReader(c).ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("CLIENT %d\n", i), line)
	}
	close(stop)
	require.NoError(t, <-ended)
}

func TestEveryHandlerIsCalledInEveryRound(t *testing.T) {
	pipe := make([]int, 2)
	require.NoError(t, unix.Pipe2(pipe, unix.O_CLOEXEC|unix.O_NONBLOCK))
	t.Cleanup(func() { unix.Close(pipe[0]); unix.Close(pipe[1]) })
	_, err := unix.Write(pipe[1], []byte("never read: poll returns at once, for this one descriptor"))
	require.NoError(t, err)

	loop, rounds, silent := new(Loop), 0, 0
	loop.Add(&counted{pipe[0], &rounds})
	loop.Add(until(func() State { silent++; return Waiting }))
	loop.Add(until(func() State {
		if rounds == 5 {
			loop.Stop()
		}
		return Waiting
	}))
	require.NoError(t, loop.Run(time.Hour), "it does not wait for the period where a descriptor is ready")
	assert.Equal(t, 5, silent, "one that poll says nothing of is called as often")
}

type counted struct {
	fd int
	n  *int
}

func (c *counted) Watch() (int, int16) { return c.fd, unix.POLLIN }
func (c *counted) Execute() State      { *c.n++; return Waiting }

func TestAgainDoesNotWaitAndDoneLeavesTheList(t *testing.T) {
	loop, calls, late := new(Loop), 0, 0
	loop.Add(until(func() State {
		if calls++; calls < 100 {
			return Again
		}
		loop.Add(until(func() State { late++; return Done }))
		return Done
	}))
	require.NoError(t, loop.Run(time.Hour), "it ends when nobody is left")
	assert.Equal(t, 100, calls)
	assert.Equal(t, 1, late, "who is added is called in the same round")
}

func TestTheOrderOfTheListIsKept(t *testing.T) {
	loop, said := new(Loop), ""
	for _, name := range []string{"a", "b", "c", "d"} {
		loop.Add(until(func() State {
			said += name
			if name == "b" {
				return Done
			}
			if len(said) > 6 {
				loop.Stop()
			}
			return Again
		}))
	}
	require.NoError(t, loop.Run(time.Hour))
	assert.Equal(t, "abcdacd", said)
}
