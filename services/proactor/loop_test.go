package main

import (
	"encoding/binary"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// service is the model at work in a thread of its own, one listener for each application.
type service struct {
	addrs map[protocol.App]string
	event int
	ended chan error
	after error // of a dial when the loop had ended
}

func serving(t *testing.T, mode uint32) *service {
	t.Helper()
	opened(t, mode) // or the test is skipped
	s := &service{addrs: map[protocol.App]string{}, ended: make(chan error, 1)}
	var listeners []harness.Listener
	unlisten := sync.OnceFunc(func() {
		for _, l := range listeners {
			unix.Close(l.FD)
		}
	})
	t.Cleanup(unlisten)
	for _, app := range protocol.Apps() {
		fd, err := sock.Listen("127.0.0.1", 0, 128, false)
		require.NoError(t, err)
		listeners = append(listeners, harness.Listener{FD: fd, App: app})
		port, err := sock.Port(fd)
		require.NoError(t, err)
		s.addrs[app] = (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}).String()
	}
	var err error
	s.event, err = unix.Eventfd(0, unix.EFD_CLOEXEC)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(s.event) })
	go func() {
		runtime.LockOSThread() // and the thread ends with the loop
		p, err := open(mode)
		if err == nil {
			begun(t, p).listeners = listeners
			err = p.loop(s.event)
			unlisten()
			_, s.after = net.Dial("tcp", s.addrs[protocol.Echo])
			p.ring.close()
		}
		s.ended <- err
		close(s.ended)
	}()
	t.Cleanup(func() {
		s.stop()
		<-s.ended
	})
	return s
}

// stop is what SIGTERM does.
func (s *service) stop() {
	_, _ = unix.Write(s.event, binary.NativeEndian.AppendUint64(nil, 1))
}

func (s *service) dial(t *testing.T, app protocol.App) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", s.addrs[app])
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	return c.(*net.TCPConn)
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	_, err := io.WriteString(c, text)
	require.NoError(t, err)
}

func expect(t *testing.T, c net.Conn, text string) {
	t.Helper()
	got := make([]byte, len(text))
	_, err := io.ReadFull(c, got)
	require.NoError(t, err)
	require.Equal(t, text, string(got))
}

func serveInEveryMode(t *testing.T, test func(t *testing.T, s *service)) {
	t.Helper()
	for _, mode := range modes {
		t.Run(modeName(mode), func(t *testing.T) { test(t, serving(t, mode)) })
	}
}

func TestConversationsOfEveryKind(t *testing.T) {
	serveInEveryMode(t, func(t *testing.T, s *service) {
		slow := s.dial(t, protocol.Wait)
		say(t, slow, "9999\n")
		quick := s.dial(t, protocol.Wait)
		say(t, quick, "1\n2\n")
		expect(t, quick, "waited 1\nwaited 2\n")
		require.NoError(t, slow.SetLinger(0)) // its close is a reset: it is owed nothing any more

		echo, sent := s.dial(t, protocol.Echo), strings.Repeat("0123456789abcdef", 1<<16)
		go func() {
			_, _ = io.WriteString(echo, sent)
			_ = echo.CloseWrite()
		}()
		got, err := io.ReadAll(echo)
		require.NoError(t, err)
		assert.True(t, sent == string(got), "a megabyte in one write; %d bytes came back", len(got))

		// What follows exit is discarded, not reset: a reset would take the answers with it.
		menu := s.dial(t, protocol.Menu)
		say(t, menu, "0\nexit\n"+strings.Repeat("x", 200_000))
		got, err = io.ReadAll(menu)
		require.NoError(t, err)
		assert.Equal(t, protocol.MenuGreeting+protocol.MenuAgent+protocol.MenuGoodbye, string(got))

		count := s.dial(t, protocol.Count)
		say(t, count, strings.Repeat("x", 300_000))
		require.NoError(t, count.CloseWrite())
		got, err = io.ReadAll(count)
		require.NoError(t, err)
		assert.Equal(t, "300000\n", string(got))
	})
}

func TestAResetEndsOneConversation(t *testing.T) {
	serveInEveryMode(t, func(t *testing.T, s *service) {
		good := s.dial(t, protocol.Echo)
		for range 10 {
			bad := s.dial(t, protocol.Echo)
			require.NoError(t, bad.SetWriteDeadline(time.Now().Add(10*time.Millisecond)))
			_, _ = io.WriteString(bad, strings.Repeat("never read", 1<<20)) // a send is stuck, the receive called off
			require.NoError(t, bad.SetLinger(0))
			require.NoError(t, bad.Close())
		}
		say(t, good, "hi")
		expect(t, good, "hi")
	})
}

// An accept under way holds the listener open: the loop ends when there is none,
// or a server that is started anew would find its port taken.
func TestStopLeavesNobodyListening(t *testing.T) {
	serveInEveryMode(t, func(t *testing.T, s *service) {
		s.stop()
		require.NoError(t, <-s.ended)
		assert.ErrorIs(t, s.after, unix.ECONNREFUSED)
	})
}

// The server stops: what had arrived is answered, the wait under way included,
// and everybody gets the end of file.
func TestStop(t *testing.T) {
	serveInEveryMode(t, func(t *testing.T, s *service) {
		waits, idle := s.dial(t, protocol.Wait), s.dial(t, protocol.Echo)
		say(t, idle, "hi")
		expect(t, idle, "hi")
		say(t, waits, "0\n")
		expect(t, waits, "waited 0\n")
		say(t, waits, "200\n0\n")
		say(t, idle, "and")
		expect(t, idle, "and") // by now what the other said has arrived, too
		s.stop()
		got, err := io.ReadAll(waits)
		require.NoError(t, err)
		assert.Equal(t, "waited 200\nwaited 0\n", string(got))
		require.NoError(t, waits.Close())
		got, err = io.ReadAll(idle)
		require.NoError(t, err)
		assert.Empty(t, got)
		require.NoError(t, idle.Close())
		require.NoError(t, <-s.ended)
	})
}
