package engine

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestDialTakesSourcesInTurn(t *testing.T) {
	var mu sync.Mutex
	from := map[string]int{}
	addr := serving(t, func(c net.Conn, i int) {
		mu.Lock()
		from[c.RemoteAddr().(*net.TCPAddr).IP.String()]++
		mu.Unlock()
		honest(c, i)
	})
	e := start(t, Options{Sources: []netip.Addr{netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3")}})
	g := dial(t, e, addr, 10)
	_, err := g.Check(context.Background(), time.Second)
	require.NoError(t, err)
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, map[string]int{"127.0.0.2": 5, "127.0.0.3": 5}, from)
}

func TestDialErrorsNameTheLimit(t *testing.T) {
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, refused.Close())
	e := start(t, Options{})
	ctx := context.Background()

	_, err = e.Dial(ctx, refused.Addr().String(), 3)
	require.ErrorIs(t, err, unix.ECONNREFUSED)
	require.ErrorContains(t, err, "open 3 connections to "+refused.Addr().String())

	_, err = e.Dial(ctx, refused.Addr().String(), 50_000_000)
	require.ErrorIs(t, err, ErrDescriptors)
	require.ErrorContains(t, err, "RLIMIT_NOFILE")

	for _, addr := range []string{"127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:nothing", "no.such.host.invalid:1"} {
		_, err = e.Dial(ctx, addr, 1)
		require.ErrorContains(t, err, fmt.Sprintf("address %q", addr))
	}
	_, err = e.Dial(ctx, refused.Addr().String(), 0)
	require.ErrorContains(t, err, "at least 1")
}

func TestDialOfABacklogThatIsFull(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	require.NoError(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, unix.Listen(fd, 1)) // and nobody accepts
	name, err := unix.Getsockname(fd)
	require.NoError(t, err)
	e := start(t, Options{Timeout: 100 * time.Millisecond})
	_, err = e.Dial(context.Background(), fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port), 10)
	require.ErrorIs(t, err, ErrTimedOut)
	require.ErrorContains(t, err, "after 2 connections")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = e.Dial(ctx, fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port), 10)
	require.ErrorIs(t, err, context.Canceled)
}

// The limits of a process are tried in a process of their own.
const childEnv = "ENGINE_TEST_CHILD"

func TestDialWithoutDescriptorsOrPorts(t *testing.T) {
	if addr := os.Getenv(childEnv); addr != "" {
		limit := unix.Rlimit{Cur: 60, Max: 60}
		require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
		e := start(t, Options{})
		_, err := e.Dial(context.Background(), addr, 100)
		require.ErrorIs(t, err, ErrDescriptors)
		require.ErrorContains(t, err, "this process may hold 60 (RLIMIT_NOFILE) and holds")
		dial(t, e, addr, 20) // what failed left nothing open

		// The kernel's own word, when the count beforehand did not foresee it.
		g := &Group{e: e, epfd: -1, latency: newHistogram(), conns: make([]conn, 100), script: Echo(1).script(1)}
		require.NoError(t, e.do(func() { err = g.dial(netip.MustParseAddrPort(addr), new(atomic.Bool)); g.release() }))
		require.ErrorIs(t, err, unix.EMFILE)
		require.ErrorIs(t, err, ErrDescriptors)
		return
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestDialWithoutDescriptorsOrPorts$")
	cmd.Env = append(os.Environ(), childEnv+"="+serving(t, honest))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestLimitErrorsAreWords(t *testing.T) {
	g := &Group{open: 12}
	to := netip.MustParseAddrPort("127.0.0.1:7")
	for errno, words := range map[unix.Errno]string{
		unix.EADDRNOTAVAIL: "no local port is free towards 127.0.0.1:7 (net.ipv4.ip_local_port_range is ",
		unix.ENFILE:        "fs.file-max",
		unix.ETIMEDOUT:     "timed out: after 12 connections",
		unix.ENOBUFS:       "connect, after 12 connections: no buffer space available",
	} {
		err := g.limitErr("connect", errno, to)
		require.ErrorIs(t, err, errno)
		require.ErrorContains(t, err, words)
	}
}
