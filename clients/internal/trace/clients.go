package trace

import (
	"context"
	"fmt"

	"golang.org/x/sys/unix"
)

// client is one connection to the service.
type client struct {
	fd          int
	port        uint16
	sent, heard int // bytes
}

// crowd are the clients of one schedule. They do one thing at a time, and what they did has
// reached the service's sockets when do returns.
type crowd struct {
	names   *names
	clients map[int]*client
}

func (c *crowd) do(ctx context.Context, a Action) error {
	err := c.act(a)
	if err == nil {
		err = c.delivered(ctx, a)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", a, err)
	}
	if a.Verb == Leave {
		one := c.clients[a.Client]
		delete(c.clients, a.Client)
		return unix.Close(one.fd)
	}
	return nil
}

func (c *crowd) act(a Action) error {
	one := c.clients[a.Client]
	switch a.Verb {
	case Connect:
		return c.connect(a.Client)
	case Send:
		_, err := unix.Write(one.fd, []byte("abcdefghi")[:a.Bytes])
		one.sent += a.Bytes
		return err
	}
	// To leave is to half-close and then to close, which the service can't tell from a close alone:
	// but of a socket that is still open the kernel says when its end of file has arrived.
	err := unix.Shutdown(one.fd, unix.SHUT_WR)
	if err == unix.ENOTCONN { // the service was quicker
		return nil
	}
	return err
}

func (c *crowd) connect(n int) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	one := &client{fd: fd}
	c.clients[n] = one
	loopback := [4]byte{127, 0, 0, 1}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: loopback}); err != nil {
		return err
	}
	own, err := unix.Getsockname(fd)
	if err != nil {
		return err
	}
	one.port = portOf(own)
	c.names.clients[one.port] = Name(n)
	return unix.Connect(fd, &unix.SockaddrInet4{Port: int(c.names.port), Addr: loopback})
}

// listen takes in all that the clients have been answered.
func (c *crowd) listen() {
	buf := make([]byte, 64)
	for _, one := range c.clients {
		for {
			n, _, err := unix.Recvfrom(one.fd, buf, unix.MSG_DONTWAIT)
			if n <= 0 || err != nil {
				break
			}
			one.heard += n
		}
	}
}

// unanswered are the clients, in their order, that have heard less than they said.
func (c *crowd) unanswered() (out []string) {
	for n := 1; n <= 9; n++ {
		if one := c.clients[n]; one != nil && one.heard < one.sent {
			out = append(out, Name(n))
		}
	}
	return out
}

func (c *crowd) close() {
	for _, one := range c.clients {
		_ = unix.Close(one.fd)
	}
}
