package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"c10klab/services/protocol"
)

// highest is above every number sent.
const highest = 10_000

// member is one connection of the swarm.
type member struct {
	number  int // from 1
	conn    *net.TCPConn
	random  *rand.Rand
	sent    int64 // bytes
	counted int64 // what the server says it received

	mu    sync.Mutex // a number goes out whole, or not at all once ended is set
	ended bool
}

// errEnded is what say returns once the swarm has ended.
var errEnded = errors.New("ended")

// say sends the next number and returns it.
func (m *member) say() (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return "", errEnded
	}
	text := strconv.Itoa(m.random.IntN(highest))
	_ = m.conn.SetWriteDeadline(time.Now().Add(lastWord)) // a server that never reads must not keep end waiting
	n, err := io.WriteString(m.conn, text+"\n")
	m.sent += int64(n)
	return text, m.explain("sending "+text, err)
}

// hear expects the number that was sent.
func (m *member) hear(text string) error {
	reply := make([]byte, len(text)+1)
	if _, err := io.ReadFull(m.conn, reply); err != nil {
		return m.explain("waiting for "+text, err)
	}
	if string(reply) != text+"\n" {
		return fmt.Errorf("sent %s, received %q", text, reply)
	}
	return nil
}

// end sends the end of file. What is still owed must have come by limit.
func (m *member) end(limit time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = true
	_ = m.conn.SetReadDeadline(limit)
	_ = m.conn.CloseWrite() // where that fails, so does what comes next
}

// finish reads what the server says at the end, up to its end of file.
func (m *member) finish(app protocol.App) error {
	rest, err := io.ReadAll(io.LimitReader(m.conn, 1<<10))
	if err != nil {
		return m.explain("waiting for the end", err)
	}
	if app == protocol.Echo {
		if len(rest) > 0 {
			return fmt.Errorf("received %q after the last reply", rest)
		}
		return nil
	}
	m.counted, err = strconv.ParseInt(strings.TrimSuffix(string(rest), "\n"), 10, 64)
	if err != nil {
		return fmt.Errorf("sent %d bytes; expected their number, received %q", m.sent, rest)
	}
	if m.counted != m.sent {
		return fmt.Errorf("sent %d bytes, the server counted %d", m.sent, m.counted)
	}
	return nil
}

// explain puts the failures of a connection into words; nil for none.
func (m *member) explain(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("%s: the server has closed the connection", what)
	case errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("%s: the server has reset the connection (ECONNRESET)", what)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: nothing moved any more (%w)", what, os.ErrDeadlineExceeded)
	}
	return fmt.Errorf("%s: %w", what, err)
}
