package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// fixture is a hub that is the test itself, and whose clients are the other
// ends of socket pairs: what one end sends, the other has at once.
type fixture struct {
	*hub
	t     testing.TB
	peers map[int]bool
}

func newFixture(t testing.TB) *fixture {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	require.NoError(t, err)
	h := &fixture{&hub{Greenlet: Current(), set: set, server: &harness.Server{}, conns: &drive.Conns{
		Start: func(s *session.Session, app protocol.App, _ int) { s.Init(app, session.Deferred()) },
		Log:   func(kind, _ string, _ ...any) { t.Errorf("logged: %s", kind) },
	}}, t, map[int]bool{}}
	t.Cleanup(func() {
		for _, s := range h.sockets {
			if s != nil {
				h.remove(s)
			}
		}
		for fd := range h.peers {
			unix.Close(fd)
		}
		unix.Close(set)
	})
	return h
}

// join adds a conversation that nobody has begun, and returns its client.
func (h *fixture) join(app protocol.App) (*drive.Conn, int) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	require.NoError(h.t, err)
	h.peers[ends[1]] = true
	return h.conns.Add(ends[0], app), ends[1]
}

// come adds a client, as accept does.
func (h *fixture) come(app protocol.App) (peer int) {
	c, peer := h.join(app)
	h.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
	h.resume(h.spawn(c))
	return peer
}

// turn is one turn of the loop, at the time at, and reports how many were ready.
func (h *fixture) turn(at time.Time) int {
	events := make([]unix.EpollEvent, 512)
	n, err := sock.EpollWait(h.set, events, 0, false)
	require.NoError(h.t, err)
	for _, event := range events[:n] {
		h.handle(int(event.Fd), event.Events)
	}
	for _, c := range h.conns.Expired(at) {
		h.resume(h.sockets[c.FD])
	}
	return n
}

func (h *fixture) say(peer int, text string) {
	if text != "" {
		n, err := unix.Write(peer, []byte(text))
		require.NoError(h.t, err)
		require.Equal(h.t, len(text), n)
	}
}

// fill says as much as there is room for.
func (h *fixture) fill(peer int) (said int) {
	for chunk := make([]byte, 16<<10); ; {
		n, err := unix.Write(peer, chunk)
		if err != nil {
			return said
		}
		said += n
	}
}

// hear returns what the client has been sent.
func (h *fixture) hear(peer int) string {
	var all strings.Builder
	for buf := make([]byte, 64<<10); ; {
		n, err := unix.Read(peer, buf)
		if n <= 0 || err != nil {
			return all.String()
		}
		all.Write(buf[:n])
	}
}

func (h *fixture) close(peer int) {
	delete(h.peers, peer)
	require.NoError(h.t, unix.Close(peer))
}
