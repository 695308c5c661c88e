package harness

import (
	"io"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
)

// Transport is a connection that blocks: a sock.Conn, or a *net.TCPConn.
type Transport interface {
	io.ReadWriteCloser
	CloseRead() error
	CloseWrite() error
	SetReadDeadline(time.Time) error
}

// Conn is a conversation of the blocking family: give it and its Session to drive.Converse, then close it.
type Conn struct {
	Transport
	Session *session.Session
	server  *Server
	fd      int
	lingers bool // being closed: waits for the peer's end of file
	stopped bool // has seen that the server stops
	unread  int  // then: what is still to be read of what had arrived by that time
}

// Read waits for bytes, no longer than -idle allows. When the server stops it
// returns what had arrived by then, and after that drive.ErrStopping in place of
// an end of file that is not the peer's.
func (c *Conn) Read(p []byte) (int, error) {
	c.extend()
	if c.server.Stopping() && !c.lingers {
		return c.readRest(p)
	}
	n, err := c.Transport.Read(p)
	if err == io.EOF && c.server.Stopping() {
		return c.readRest(p)
	}
	return n, err
}

// readRest reads what had arrived before the stop and nothing that came later: a
// client that never pauses would be owed something for ever.
func (c *Conn) readRest(p []byte) (int, error) {
	if !c.stopped {
		c.stopped, c.unread = true, sock.Unread(c.fd)
	}
	if p = p[:min(len(p), c.unread)]; len(p) > 0 {
		n, err := c.Transport.Read(p)
		c.unread -= n
		return n, err
	}
	if sock.Unread(c.fd) == 0 && sock.PeerClosed(c.fd) {
		return 0, io.EOF
	}
	return 0, drive.ErrStopping
}

// Write waits until all of p is sent, no longer than -idle allows.
func (c *Conn) Write(p []byte) (int, error) {
	c.extend()
	return c.Transport.Write(p)
}

// SetReadDeadline is for the close that lingers; -idle counts no more from here on.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.lingers = true
	return c.Transport.SetReadDeadline(t)
}

// extend puts the idle time-out off. A sock.Conn has it in the socket (SO_RCVTIMEO), set once.
func (c *Conn) extend() {
	if c.server.idle == 0 || c.lingers {
		return
	}
	if t, ok := c.Transport.(interface{ SetDeadline(time.Time) error }); ok {
		_ = t.SetDeadline(time.Now().Add(c.server.idle))
	}
}

// Close ends the conversation and gives its place to the next client.
func (c *Conn) Close() error {
	s := c.server
	if s.Stopping() {
		c.flush()
	}
	s.mu.Lock()
	delete(s.tracked, c)
	s.release.Left(len(s.tracked))
	s.mu.Unlock()
	s.left.Broadcast()
	return c.Transport.Close()
}

// CloseWrite sends the end of file. Once the server stops, it waits first until
// the peer has everything: the stop has shut the receiving side, and a socket
// that is shut both ways answers what still arrives with a reset, which drops
// what it had yet to send.
func (c *Conn) CloseWrite() error {
	if c.server.Stopping() {
		c.flush()
	}
	return c.Transport.CloseWrite()
}

// flush waits until the peer's kernel has everything, for as long as the grace
// lasts, and reads away what the peer still sends.
func (c *Conn) flush() {
	var discard [512]byte
	for ; time.Now().Before(c.server.graceEnds); time.Sleep(time.Millisecond) {
		for {
			if n, _, err := unix.Recvfrom(c.fd, discard[:], unix.MSG_DONTWAIT); n <= 0 || err != nil {
				break
			}
		}
		if sock.Unsent(c.fd) == 0 || sock.Gone(c.fd) { // a reset leaves what was unsent in the count
			return
		}
	}
}
