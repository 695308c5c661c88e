package museum

import (
	"io"
	"net"
)

// serveNet is the plainest server in Go: a goroutine for each connection, blocking
// calls, and the runtime's own epoll underneath.
func serveNet() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ready(l.Addr().String())
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go echo(c)
	}
}

// echo answers whole requests until the client leaves.
func echo(c net.Conn) {
	defer c.Close()
	request := make([]byte, message)
	for {
		if _, err := io.ReadFull(c, request); err != nil {
			return
		}
		if _, err := c.Write(request); err != nil {
			return
		}
	}
}
