package main

import (
	"runtime"
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

// fixture is a scheduler whose turns are the test's, and whose clients are the other
// ends of socket pairs: what one end sends, the other has at once.
type fixture struct {
	*scheduler
	t     testing.TB
	peers map[int]bool
}

func newFixture(t testing.TB) *fixture {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	require.NoError(t, err)
	l := &fixture{&scheduler{set: set, server: &harness.Server{}, conns: &drive.Conns{
		Start: func(s *session.Session, app protocol.App, _ int) { s.Init(app, session.Deferred()) },
		Log:   func(kind, _ string, _ ...any) { t.Errorf("logged: %s", kind) },
	}}, t, map[int]bool{}}
	t.Cleanup(func() {
		for _, task := range l.tasks {
			if task != nil {
				l.remove(task)
			}
		}
		for fd := range l.peers {
			unix.Close(fd)
		}
		unix.Close(set)
	})
	return l
}

// join adds a conversation that nobody has begun, and returns its client.
func (l *fixture) join(app protocol.App) (*drive.Conn, int) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	require.NoError(l.t, err)
	l.peers[ends[1]] = true
	return l.conns.Add(ends[0], app), ends[1]
}

// come adds a client, as accept does.
func (l *fixture) come(app protocol.App) (peer int) {
	c, peer := l.join(app)
	l.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
	l.resume(l.begin(c))
	return peer
}

// turn is one turn of the loop, at the time at, and reports how many were ready.
func (l *fixture) turn(at time.Time) int {
	events := make([]unix.EpollEvent, 512)
	n, err := sock.EpollWait(l.set, events, 0, false)
	require.NoError(l.t, err)
	for _, event := range events[:n] {
		l.handle(int(event.Fd), event.Events)
	}
	for _, c := range l.conns.Expired(at) {
		l.resume(l.tasks[c.FD])
	}
	return n
}

func (l *fixture) say(peer int, text string) {
	if text != "" {
		n, err := unix.Write(peer, []byte(text))
		require.NoError(l.t, err)
		require.Equal(l.t, len(text), n)
	}
}

// fill says as much as there is room for.
func (l *fixture) fill(peer int) (said int) {
	for chunk := make([]byte, 16<<10); ; {
		n, err := unix.Write(peer, chunk)
		if err != nil {
			return said
		}
		said += n
	}
}

// hear returns what the client has been sent.
func (l *fixture) hear(peer int) string {
	var all strings.Builder
	for buf := make([]byte, 64<<10); ; {
		n, err := unix.Read(peer, buf)
		if n <= 0 || err != nil {
			return all.String()
		}
		all.Write(buf[:n])
	}
}

// coroutines counts those that wait, however many goroutines the tests have.
func coroutines() int {
	dump := make([]byte, 1<<20)
	return strings.Count(string(dump[:runtime.Stack(dump, true)]), "[coroutine")
}

func (l *fixture) close(peer int) {
	delete(l.peers, peer)
	require.NoError(l.t, unix.Close(peer))
}
