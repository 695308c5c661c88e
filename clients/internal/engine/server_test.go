package engine

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	WorkerMain()
	os.Exit(m.Run())
}

// serving starts a server that gives each connection, with its number, to
// handle, and returns its address.
func serving(t *testing.T, handle func(c net.Conn, i int)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	all.Go(func() {
		for i := 0; ; i++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			all.Go(func() { defer c.Close(); handle(c, i) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range conns {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return l.Addr().String()
}

// honest echoes.
func honest(c net.Conn, _ int) {
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

// each calls reply for every request of that many bytes and sends what it returns.
func each(c net.Conn, bytes int, reply func(request []byte, number int) []byte) {
	buf := make([]byte, bytes)
	for number := 0; ; number++ {
		if _, err := io.ReadFull(c, buf); err != nil {
			return
		}
		if _, err := c.Write(reply(buf, number)); err != nil {
			return
		}
	}
}

// silent reads and never answers.
func silent(c net.Conn, _ int) { _, _ = io.Copy(io.Discard, c) }

func start(t *testing.T, opts Options) *Engine {
	t.Helper()
	if opts.CPU == 0 {
		opts.CPU = -1
	}
	e, err := New(opts)
	require.NoError(t, err)
	t.Cleanup(e.Close)
	return e
}

func dial(t *testing.T, e *Engine, addr string, n int) *Group {
	t.Helper()
	g, err := e.Dial(context.Background(), addr, n)
	require.NoError(t, err)
	t.Cleanup(g.Close)
	require.Equal(t, n, g.Len())
	return g
}

// loaded is the group's first slice in which anything came within the measured
// part: on a machine that is busy otherwise it may be a later one.
func loaded(t *testing.T, g *Group) Slice {
	t.Helper()
	for {
		s, err := g.Slice(short, longer)
		require.NoError(t, err)
		require.Zero(t, s.Errors.Total(), s.Errors)
		if s.Requests > 0 {
			return s
		}
	}
}

const (
	short  = 5 * time.Millisecond
	longer = 40 * time.Millisecond
)
