package building

import (
	"errors"
	"net"
	"syscall"

	"c10klab/clients/internal/conformance"
)

// dial connects one more client.
func (p *play) dial() *client { return p.dialWith(nil) }

// dialNarrow connects a client with small socket buffers: a server that is not read from feels it soon.
func (p *play) dialNarrow() *client {
	return p.dialWith(narrow)
}

func narrow(fd int) error {
	const size = 64 << 10
	return errors.Join(
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, size),
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, size))
}

func (p *play) dialWith(prepare func(fd int) error) *client {
	p.mu.Lock()
	p.came++
	c := &client{p: p, n: p.came}
	p.mu.Unlock()
	from := p.now()
	d := net.Dialer{Deadline: p.deadline()}
	if prepare != nil {
		d.Control = func(_, _ string, raw syscall.RawConn) (err error) {
			if e := raw.Control(func(fd uintptr) { err = prepare(int(fd)) }); e != nil {
				return e
			}
			return err
		}
	}
	conn, err := d.DialContext(p.ctx, "tcp", p.server.addr)
	switch {
	case errors.Is(err, syscall.EMFILE):
		p.undecided("this program may not open enough connections: see ulimit -n")
	case err != nil:
		c.fail("it can't connect: %v", err)
	}
	c.conn = conn.(*net.TCPConn)
	p.mu.Lock()
	p.clients = append(p.clients, c)
	p.mu.Unlock()
	c.did(conformance.Connected, from, 0, nil)
	return c
}
