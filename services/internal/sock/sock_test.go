package sock

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// pair returns the two ends of one TCP connection over loopback; the first is non-blocking.
func pair(t *testing.T) (server, client int) {
	listener, err := Listen("127.0.0.1", 0, 8, false)
	require.NoError(t, err)
	defer unix.Close(listener)
	port, err := Port(listener)
	require.NoError(t, err)
	client, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(client) })
	require.NoError(t, unix.Connect(client, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}))
	server, err = Accept(listener)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(server) })
	return server, client
}

// await waits until the descriptor is ready for what events names.
func await(t *testing.T, fd int, events int16) {
	set := []unix.PollFd{{Fd: int32(fd), Events: events}}
	n, err := unix.Poll(set, 5000)
	require.NoError(t, err)
	require.Equal(t, 1, n, "not ready within 5 s")
}

func TestThreeOutcomesOfRecv(t *testing.T) {
	server, client := pair(t)
	buf := make([]byte, 16)

	_, err := Recv(server, buf)
	assert.Equal(t, ErrAgain, err)

	_, err = unix.Write(client, []byte("hello"))
	require.NoError(t, err)
	await(t, server, unix.POLLIN)
	n, err := Recv(server, buf)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(buf[:n]))

	assert.False(t, PeerClosed(server))
	require.NoError(t, CloseWrite(client))
	await(t, server, unix.POLLIN)
	assert.True(t, PeerClosed(server))
	_, err = Recv(server, buf)
	assert.Equal(t, io.EOF, err)
}

func TestResetIsAnError(t *testing.T) {
	server, client := pair(t)
	require.NoError(t, unix.SetsockoptLinger(client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}))
	require.NoError(t, unix.Close(client))
	await(t, server, unix.POLLIN)

	_, err := Recv(server, make([]byte, 1))
	assert.Equal(t, unix.ECONNRESET, err)
	_, err = Send(server, []byte("x"))
	assert.Equal(t, unix.EPIPE, err, "and no SIGPIPE")
}

func TestSendFillsTheSocketThenAgain(t *testing.T) {
	server, _ := pair(t)
	chunk := make([]byte, 64<<10)
	total := 0
	for {
		n, err := Send(server, chunk)
		if err == ErrAgain {
			break
		}
		require.NoError(t, err)
		total += n
	}
	assert.Positive(t, total)
	assert.Positive(t, Unsent(server), "the client has not taken it all")
}

func TestAcceptedConnectionsHaveNoDelay(t *testing.T) {
	server, _ := pair(t)
	on, err := unix.GetsockoptInt(server, unix.IPPROTO_TCP, unix.TCP_NODELAY)
	require.NoError(t, err)
	assert.Equal(t, 1, on)
}

func TestListenErrorsNameThePlace(t *testing.T) {
	first, err := Listen("127.0.0.1", 0, 8, false)
	require.NoError(t, err)
	defer unix.Close(first)
	port, err := Port(first)
	require.NoError(t, err)

	_, err = Listen("127.0.0.1", port, 8, false)
	assert.ErrorIs(t, err, unix.EADDRINUSE)
	assert.ErrorContains(t, err, "listen on 127.0.0.1 port")

	_, err = Listen("localhost", 0, 8, false)
	assert.ErrorContains(t, err, `not an IP address: "localhost"`)
}

func TestListenersTakeTheirPortBackFromTimeWait(t *testing.T) {
	fd, err := Listen("127.0.0.1", 0, 8, false)
	require.NoError(t, err)
	defer unix.Close(fd)
	on, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR)
	require.NoError(t, err)
	assert.Equal(t, 1, on)
}

func TestListenOnIPv6(t *testing.T) {
	fd, err := Listen("::1", 0, 8, false)
	if err == unix.EADDRNOTAVAIL || err == unix.EAFNOSUPPORT {
		t.Skip("no IPv6 on this machine")
	}
	require.NoError(t, err)
	defer unix.Close(fd)
	port, err := Port(fd)
	require.NoError(t, err)
	assert.Positive(t, port)
}

func TestBlockingConn(t *testing.T) {
	server, client := pair(t)
	require.NoError(t, unix.SetNonblock(server, false))
	c := Conn{server}

	require.NoError(t, c.SetTimeouts(time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	assert.Equal(t, os.ErrDeadlineExceeded, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(-time.Hour)))
	_, err = c.Read(make([]byte, 1))
	assert.Equal(t, os.ErrDeadlineExceeded, err)

	require.NoError(t, c.SetTimeouts(0))
	woken := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		woken <- err
	}()
	require.NoError(t, c.CloseRead())
	assert.Equal(t, io.EOF, <-woken)
	assert.False(t, PeerClosed(server), "it was this end that shut down")

	_, err = c.Write([]byte("owed"))
	require.NoError(t, err)
	require.NoError(t, c.CloseWrite())
	got := make([]byte, 16)
	n, err := unix.Read(client, got)
	require.NoError(t, err)
	assert.Equal(t, "owed", string(got[:n]))
}

func TestExhaustedAndGone(t *testing.T) {
	assert.True(t, Exhausted(unix.EMFILE))
	assert.True(t, Exhausted(unix.ENOMEM))
	assert.False(t, Exhausted(unix.ECONNABORTED))
	assert.True(t, Aborted(unix.ECONNABORTED))
	assert.False(t, Aborted(unix.EINVAL), "a listener that was shut down")
}
