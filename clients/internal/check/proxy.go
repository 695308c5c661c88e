package check

import (
	"fmt"
	"io"
	"net"
	"sync"
)

// proxy passes one client's bytes on, and changes one byte of one reply.
type proxy struct {
	l    net.Listener
	all  sync.WaitGroup
	mu   sync.Mutex
	open []net.Conn
}

// startProxy listens for clients of addr. Of each client's replies that one, counted from 1, is changed.
func startProxy(addr string, reply int) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the client whose reply is corrupted: %w", err)
	}
	p := &proxy{l: l}
	p.all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.all.Go(func() { p.pass(client, addr, reply) })
		}
	})
	return p, nil
}

func (p *proxy) addr() string { return p.l.Addr().String() }

func (p *proxy) pass(client net.Conn, addr string, reply int) {
	p.keep(client)
	server, err := net.Dial("tcp", addr)
	if err != nil {
		_ = client.Close()
		return
	}
	p.keep(server)
	p.all.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	buf := make([]byte, 4096)
	for n := 1; ; n++ { // the client asks again when it has its reply: a read is one
		got, err := server.Read(buf)
		if n == reply && got > 0 {
			buf[got/2] ^= 1
		}
		if _, failed := client.Write(buf[:got]); err != nil || failed != nil {
			_ = client.Close()
			return
		}
	}
}

func (p *proxy) keep(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, c)
}

// close ends it and what goes through it.
func (p *proxy) close() {
	_ = p.l.Close()
	p.mu.Lock()
	for _, c := range p.open {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.all.Wait()
}
