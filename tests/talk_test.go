package tests

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// patience is the longest that anything may take before a test gives up. It says nothing about how fast it is.
const patience = 30 * time.Second

// conversation is a client's connection.
type conversation struct {
	t *testing.T
	*net.TCPConn
}

// dial connects to one application.
func (r *running) dial(t *testing.T, app protocol.App) conversation {
	t.Helper()
	conn, err := net.DialTimeout("tcp", r.address(t, app.Port()), patience)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return conversation{t, conn.(*net.TCPConn)}
}

func (c conversation) say(text string) {
	c.t.Helper()
	_, err := c.Write([]byte(text))
	require.NoError(c.t, err)
}

// hear reads exactly these bytes.
func (c conversation) hear(want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(c, got)
	require.Equal(c.t, want, string(got[:n]), "read: %v", err)
}

// ask says something and hears the answer.
func (c conversation) ask(text, answer string) {
	c.t.Helper()
	c.say(text)
	c.hear(answer)
}

// rest reads what comes until the end of file. A reset is an error.
func (c conversation) rest() string {
	c.t.Helper()
	got, err := io.ReadAll(c)
	assert.NoError(c.t, err, "after %d bytes", len(got))
	return string(got)
}

// unheard says that nothing has come by now.
func (c conversation) unheard() {
	c.t.Helper()
	require.NoError(c.t, c.SetReadDeadline(time.Now().Add(time.Millisecond)))
	n, err := c.Read(make([]byte, 1))
	var timeout net.Error
	require.ErrorAs(c.t, err, &timeout, "%d bytes came", n)
	require.True(c.t, timeout.Timeout(), "the connection ended: %v", err)
	require.NoError(c.t, c.SetReadDeadline(time.Now().Add(patience)))
}

// shut says that nobody serves there: the connection is refused, or ends before a byte comes. (A
// published port accepts by itself, and ends the connection when nobody is behind it.)
func (r *running) shut(t *testing.T, app protocol.App) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", r.address(t, app.Port()), patience)
	if err != nil {
		return
	}
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	n, err := conn.Read(make([]byte, 1))
	require.Error(t, err)
	require.Zero(t, n)
	require.NotErrorIs(t, err, errTimeout, "%s is served", app)
}
