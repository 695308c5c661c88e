package drive

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// loop drives a table of conversations over poll(2), as the models do, in a goroutine of its own.
type loop struct {
	*Conns
	listener int
	addr     string
	logged   []string
	drain    int // closing its other end drains the loop
	deferred bool
	finished chan struct{}
}

// serve runs a loop that serves app; configure sees it before it runs.
func serve(t *testing.T, app protocol.App, configure func(*loop)) *loop {
	fd, err := sock.Listen("127.0.0.1", 0, 128, false)
	require.NoError(t, err)
	require.NoError(t, unix.SetNonblock(fd, true))
	port, err := sock.Port(fd)
	require.NoError(t, err)
	stop := make([]int, 2)
	require.NoError(t, unix.Pipe2(stop, unix.O_CLOEXEC))
	l := &loop{listener: fd, drain: stop[0], finished: make(chan struct{})}
	l.addr = (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}).String()
	l.Conns = &Conns{
		Start: func(s *session.Session, app protocol.App, _ int) {
			if l.deferred {
				s.Init(app, session.Deferred())
				return
			}
			s.Init(app)
		},
		Log: func(kind, _ string, _ ...any) { l.logged = append(l.logged, kind) },
	}
	if configure != nil {
		configure(l)
	}
	go l.run(t, app)
	t.Cleanup(func() {
		unix.Close(stop[1])
		<-l.finished
		unix.Close(stop[0])
	})
	return l
}

func (l *loop) run(t *testing.T, app protocol.App) {
	defer close(l.finished)
	defer func() {
		if l.listener >= 0 {
			unix.Close(l.listener)
		}
	}()
	for !l.Drained() {
		set := []unix.PollFd{{Fd: int32(l.drain)}, {Fd: int32(l.listener), Events: unix.POLLIN}}
		if l.Len() == 0 {
			set[0].Events = unix.POLLIN // drain only once nobody is left, unless a test drains
		}
		for _, c := range l.byFD {
			if c != nil {
				p := unix.PollFd{Fd: int32(c.FD)}
				if want := c.Interest(); want.Read {
					p.Events |= unix.POLLIN
				}
				if c.Interest().Write {
					p.Events |= unix.POLLOUT
				}
				set = append(set, p)
			}
		}
		if _, err := unix.Poll(set, l.Next()); err != nil && err != unix.EINTR {
			t.Errorf("poll: %v", err)
			return
		}
		const end = unix.POLLERR | unix.POLLHUP
		for _, p := range set[2:] {
			if c := l.Get(int(p.Fd)); c != nil && p.Revents != 0 {
				l.advance(c, p.Revents&(unix.POLLIN|end) != 0, p.Revents&(unix.POLLOUT|end) != 0)
			}
		}
		for l.listener >= 0 {
			c, err := l.Accept(l.listener, app)
			if err != nil {
				break
			}
			l.advance(c, false, true)
		}
		for _, c := range l.Expired(time.Now()) {
			l.advance(c, false, false)
		}
		if set[0].Revents != 0 && l.listener >= 0 {
			unix.Close(l.listener)
			l.listener = -1
			l.Drain()
		}
	}
}

func (l *loop) advance(c *Conn, read, write bool) {
	more, done, err := c.Advance(read, write)
	if done || err != nil {
		l.Remove(c)
		return
	}
	l.Settle(c, more)
}

func dial(t *testing.T, l *loop) *net.TCPConn {
	c, err := net.Dial("tcp", l.addr)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	return c.(*net.TCPConn)
}

func TestEchoAMegabyteInOneWrite(t *testing.T) {
	for _, edge := range []bool{false, true} {
		c := dial(t, serve(t, protocol.Echo, func(l *loop) { l.Edge = edge }))
		sent := strings.Repeat("0123456789abcdef", 1<<16)
		go func() {
			io.WriteString(c, sent)
			c.CloseWrite()
		}()
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Equal(t, len(sent), len(got))
		assert.True(t, sent == string(got), "the same bytes in the same order")
	}
}

func TestTheMenuGreetsAndClosesLingering(t *testing.T) {
	c := dial(t, serve(t, protocol.Menu, nil))
	// What follows exit is discarded, not reset: a reset would take the answers with it.
	_, err := io.WriteString(c, "0\nexit\n"+strings.Repeat("x", 200_000))
	require.NoError(t, err)
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, protocol.MenuGreeting+protocol.MenuAgent+protocol.MenuGoodbye, string(got))
}

func TestPipelinedRequestsBeyondTheFairShare(t *testing.T) {
	c := dial(t, serve(t, protocol.Work, nil))
	_, err := io.WriteString(c, strings.Repeat("1\n", 10*fair))
	require.NoError(t, err)
	require.NoError(t, c.CloseWrite())
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, 10*fair, strings.Count(string(got), "\n"))
}

func TestDeferredWaitsOverlap(t *testing.T) {
	l := serve(t, protocol.Wait, func(l *loop) { l.deferred = true })
	slow, quick := dial(t, l), dial(t, l)
	_, err := io.WriteString(slow, "10000\n")
	require.NoError(t, err)
	_, err = io.WriteString(quick, "1\n2\n")
	require.NoError(t, err)
	require.NoError(t, quick.CloseWrite())
	got, err := io.ReadAll(quick)
	require.NoError(t, err)
	assert.Equal(t, "waited 1\nwaited 2\n", string(got), "while the other still waits")
	require.NoError(t, slow.SetLinger(0))
}

func TestIdleConversationsAreClosed(t *testing.T) {
	c := dial(t, serve(t, protocol.Echo, func(l *loop) { l.Idle = 20 * time.Millisecond }))
	_, err := io.WriteString(c, "still here")
	require.NoError(t, err)
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "still here", string(got))
}

func TestAResetEndsOneConversationOnly(t *testing.T) {
	l := serve(t, protocol.Echo, nil)
	bad, good := dial(t, l), dial(t, l)
	_, err := io.WriteString(bad, strings.Repeat("never read", 100_000))
	require.NoError(t, err)
	require.NoError(t, bad.SetLinger(0))
	require.NoError(t, bad.Close())
	_, err = io.WriteString(good, "hi")
	require.NoError(t, err)
	require.NoError(t, good.CloseWrite())
	got, err := io.ReadAll(good)
	require.NoError(t, err)
	assert.Equal(t, "hi", string(got))
}
