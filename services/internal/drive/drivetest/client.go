// Package drivetest gives tests a table of conversations whose clients they play
// themselves, and a model's loop whose turns they take one by one.
package drivetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/session"
	"c10klab/services/protocol"
)

// Conns returns an empty table. It has nothing to log: a line fails the test.
func Conns(t testing.TB, opts ...session.Option) *drive.Conns {
	return &drive.Conns{
		Start: func(s *session.Session, app protocol.App, _ int) { s.Init(app, opts...) },
		Log:   func(kind, format string, args ...any) { t.Errorf(kind+": "+format, args...) },
	}
}

// Client is the other end of a conversation's socket pair: what one end sends, the
// other has at once.
type Client struct {
	Conn *drive.Conn // the conversation
	FD   int
	t    testing.TB
}

// Join adds a conversation to a table, and nobody has begun it.
func Join(t testing.TB, conns *drive.Conns, app protocol.App) *Client {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	require.NoError(t, err)
	c := &Client{conns.Add(ends[0], app), ends[1], t}
	t.Cleanup(func() {
		if has(conns, c) {
			conns.Remove(c.Conn)
		}
		if c.FD >= 0 {
			unix.Close(c.FD)
		}
	})
	return c
}

// has reports whether a client's conversation is in the table still: its descriptor may be another's by now.
func has(conns *drive.Conns, c *Client) bool { return conns.Get(c.Conn.FD) == c.Conn }

// Say sends text, for which there must be room.
func (c *Client) Say(text string) {
	n, err := unix.Write(c.FD, []byte(text))
	require.NoError(c.t, err)
	require.Equal(c.t, len(text), n)
}

// Fill says as much as there is room for, and returns how much that was.
func (c *Client) Fill() (said int) {
	for chunk := make([]byte, 16<<10); ; {
		n, err := unix.Write(c.FD, chunk)
		if err != nil {
			return said
		}
		said += n
	}
}

// Hear returns what the client has been sent.
func (c *Client) Hear() string {
	var all strings.Builder
	for buf := make([]byte, 64<<10); ; {
		n, err := unix.Read(c.FD, buf)
		if n <= 0 || err != nil {
			return all.String()
		}
		all.Write(buf[:n])
	}
}

// Close leaves.
func (c *Client) Close() {
	require.NoError(c.t, unix.Close(c.FD))
	c.FD = -1
}
