package engine

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func churn(t *testing.T, e *Engine, addr string, at int) *Churn {
	t.Helper()
	c, err := e.Churn(context.Background(), addr, at)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// visited is the first slice in which a visit ended within the measured part.
func visited(t *testing.T, c *Churn) Slice {
	t.Helper()
	for {
		s, err := c.Slice(short, longer)
		require.NoError(t, err)
		require.Zero(t, s.Errors.Total(), s.Errors)
		if s.Requests > 0 {
			return s
		}
	}
}

func TestChurnComesAndGoes(t *testing.T) {
	for name, test := range map[string]struct {
		traffic Traffic
		handle  func(c net.Conn, i int)
		network string
	}{
		"echo":               {traffic: Echo(64), handle: honest},
		"one byte":           {traffic: Echo(1), handle: honest},
		"more than a socket": {traffic: Echo(3 << 20), handle: honest},
		"work":               {traffic: Work(9), handle: lines(worked)},
		"work that varies":   {traffic: WorkExponential(30), handle: lines(worked)},
		"a wait":             {traffic: Wait(1), handle: lines(waited)},
		"a reply in many pieces": {traffic: Echo(40), handle: func(c net.Conn, _ int) {
			each(c, 40, func(p []byte, _ int) []byte {
				for _, b := range p[:39] {
					_, _ = c.Write([]byte{b})
				}
				return p[39:]
			})
		}},
		"an end behind the reply": {traffic: Echo(40), handle: func(c net.Conn, _ int) {
			p := make([]byte, 40)
			_, _ = io.ReadFull(c, p)
			_, _ = c.Write(p)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var conns atomic.Int64
			addr := serving(t, func(c net.Conn, i int) {
				conns.Add(1)
				test.handle(c, i)
			})
			c := churn(t, start(t, Options{Traffic: test.traffic}), addr, 4)
			s := visited(t, c)
			assert.Positive(t, s.Answering)
			assert.Positive(t, s.ClientCPU)
			assert.GreaterOrEqual(t, s.Total, s.Requests)
			for _, h := range []interface{ TotalCount() int64 }{s.Latency, s.Service, s.Connect} {
				assert.EqualValues(t, s.Requests, h.TotalCount())
			}
			assert.GreaterOrEqual(t, s.Latency.Max(), s.Service.Max())
			assert.GreaterOrEqual(t, s.Latency.Max(), s.Connect.Max())
			assert.GreaterOrEqual(t, uint64(conns.Load()), s.Total, "a connection for each reply")
		})
	}
}

func TestAVisitEndsByReset(t *testing.T) {
	how := make(chan error, 1000)
	addr := serving(t, func(c net.Conn, _ int) {
		p := make([]byte, 64)
		_, _ = io.ReadFull(c, p)
		_, _ = c.Write(p)
		_, err := c.Read(p)
		select {
		case how <- err:
		default:
		}
	})
	visited(t, churn(t, start(t, Options{}), addr, 1))
	assert.ErrorIs(t, <-how, unix.ECONNRESET)
}

func TestChurnFindsWhatIsWrong(t *testing.T) {
	reply := func(say func(p []byte) []byte) func(c net.Conn, i int) {
		return func(c net.Conn, _ int) {
			p := make([]byte, 64)
			if _, err := io.ReadFull(c, p); err == nil {
				_, _ = c.Write(say(p))
			}
		}
	}
	var last atomic.Pointer[[]byte]
	for reason, test := range map[string]struct {
		handle func(c net.Conn, i int)
		count  func(e *Errors) int
	}{
		"offset 63: expected 0x":          {reply(func(p []byte) []byte { p[63]++; return p }), func(e *Errors) int { return e.Mismatch }},
		"3 bytes more than were asked":    {reply(func(p []byte) []byte { return append(p, "and"...) }), func(e *Errors) int { return e.Mismatch }},
		"closed it after 63 of a reply's": {reply(func(p []byte) []byte { return p[:63] }), func(e *Errors) int { return e.Closed }},
		"closed it after 0 of a reply's": {func(c net.Conn, _ int) {
			_, _ = io.ReadFull(c, make([]byte, 64))
		}, func(e *Errors) int { return e.Closed }},
		"connection reset by peer": {func(c net.Conn, _ int) {
			_, _ = io.ReadFull(c, make([]byte, 64))
			_ = c.(*net.TCPConn).SetLinger(0)
		}, func(e *Errors) int { return e.Reset }},
		"no reply within 50ms": {silent, func(e *Errors) int { return e.Timeout }},
		": expected 0x": {reply(func(p []byte) []byte { // another visit's bytes
			mine := append([]byte(nil), p...)
			if other := last.Swap(&mine); other != nil {
				return *other
			}
			mine[0]++
			return mine
		}), func(e *Errors) int { return e.Mismatch }},
	} {
		t.Run(reason, func(t *testing.T) {
			c := churn(t, start(t, Options{Timeout: timeoutIf(strings.Contains(reason, "50ms"))}), serving(t, test.handle), 4)
			s, err := c.Slice(short, time.Minute)
			require.ErrorContains(t, err, "all 4 at a time failed")
			assert.Equal(t, 4, test.count(&s.Errors), s.Errors)
			assert.Equal(t, 4, s.Errors.Total())
			assert.Contains(t, s.Errors.First, reason)
			assert.Zero(t, s.Requests)
			assert.Zero(t, s.Answering)
			_, err = c.Slice(short, longer)
			require.Error(t, err, "the next slice tries anew")
		})
	}
}

func timeoutIf(quick bool) time.Duration {
	if quick {
		return 50 * time.Millisecond
	}
	return 0
}

func TestOneVisitOfManyThatFailsIsCounted(t *testing.T) {
	addr := serving(t, func(c net.Conn, i int) {
		if i == 50 {
			return
		}
		honest(c, i)
	})
	c := churn(t, start(t, Options{}), addr, 3)
	var errs Errors
	for c.made < 100 {
		s, err := c.Slice(short, longer)
		require.NoError(t, err, "two places go on")
		errs.Add(s.Errors)
	}
	// The server closes, and so it depends on who is first whether that is an end or a reset.
	assert.Equal(t, 1, errs.Closed+errs.Reset, errs)
	assert.Equal(t, 1, errs.Total())
}

func TestChurnWhereNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	c := churn(t, start(t, Options{}), l.Addr().String(), 5)
	s, err := c.Slice(0, time.Minute)
	require.ErrorContains(t, err, "connection refused")
	assert.Equal(t, 5, s.Errors.Connect, "one try in each place, no more")
	assert.Equal(t, 5, s.Errors.Total())

	full := fullBacklog(t)
	c = churn(t, start(t, Options{Timeout: 50 * time.Millisecond}), full, 8)
	s, err = c.Slice(0, time.Minute)
	require.Error(t, err)
	assert.Equal(t, 8, s.Errors.Timeout)
	assert.Contains(t, s.Errors.String(), "within 50ms")
}

// fullBacklog is the address of a socket that listens with a backlog of 1 and accepts nobody.
func fullBacklog(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	require.NoError(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, unix.Listen(fd, 1))
	name, err := unix.Getsockname(fd)
	require.NoError(t, err)
	return fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port)
}

func TestChurnServedOneAtATime(t *testing.T) {
	turn := make(chan struct{}, 1)
	addr := serving(t, func(c net.Conn, i int) {
		turn <- struct{}{}
		honest(c, i)
		<-turn
	})
	s := visited(t, churn(t, start(t, Options{}), addr, 4))
	assert.LessOrEqual(t, s.Answering, 4)
}

func TestChurnTakesSourcesInTurn(t *testing.T) {
	var mu sync.Mutex
	from := map[string]int{}
	addr := serving(t, func(c net.Conn, i int) {
		mu.Lock()
		from[c.RemoteAddr().(*net.TCPAddr).IP.String()]++
		mu.Unlock()
		honest(c, i)
	})
	c := churn(t, start(t, Options{Sources: []netip.Addr{netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3")}}), addr, 2)
	for c.made < 20 {
		visited(t, c)
	}
	mu.Lock()
	defer mu.Unlock()
	assert.Len(t, from, 2)
	assert.InDelta(t, from["127.0.0.2"], from["127.0.0.3"], 2)
}

func TestChurnOverIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for i := 0; ; i++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); honest(c, i) }()
		}
	}()
	e := start(t, Options{Sources: []netip.Addr{netip.MustParseAddr("::1")}})
	visited(t, churn(t, e, l.Addr().String(), 2))
}

func TestPairOfTwoChurns(t *testing.T) {
	e := start(t, Options{})
	a, b := churn(t, e, serving(t, honest), 4), churn(t, e, serving(t, honest), 4)
	p, err := Pair(context.Background(), a, b, Plan{Time: 1, Warm: short, Discard: short, Measure: longer, Connections: 4})
	require.NoError(t, err)
	for _, m := range []Measured{p.Contender, p.Reference} {
		assert.Zero(t, m.Errors.Total(), m.Errors)
		require.NotNil(t, m.Connect)
		for _, h := range []interface{ TotalCount() int64 }{m.Latency, m.Service, m.Connect} {
			assert.EqualValues(t, m.Requests, h.TotalCount())
		}
	}
	m, err := a.Steady(context.Background(), short, longer)
	require.NoError(t, err)
	assert.Positive(t, m.Total)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m, err = a.Steady(ctx, time.Hour, time.Hour)
	require.NoError(t, err)
	assert.Zero(t, m.Requests)
}

func TestChurnThatCannotBe(t *testing.T) {
	addr := serving(t, honest)
	ctx := context.Background()
	e := start(t, Options{})
	for _, at := range []int{-1, 0, MaxChurn + 1} {
		_, err := e.Churn(ctx, addr, at)
		require.ErrorContains(t, err, "visits at a time: choose 1 to 1024")
	}
	_, err := e.Churn(ctx, "nothing", 1)
	require.ErrorContains(t, err, `address "nothing"`)
	_, err = start(t, Options{Pipeline: 2}).Churn(ctx, addr, 1)
	require.ErrorContains(t, err, "a visit has one request")
	_, err = e.Dial(ctx, addr, 1)
	require.NoError(t, err)
	_, err = start(t, Options{Traffic: GetOnce("host", "/")}).Dial(ctx, addr, 1)
	require.ErrorContains(t, err, "it is for Churn")

	c := churn(t, e, addr, 1)
	c.Close()
	_, err = c.Slice(short, short)
	require.ErrorContains(t, err, "it is closed")
	e.Close()
	_, err = c.Slice(short, short)
	require.ErrorIs(t, err, ErrClosed)
}

func TestPortsAreCountedBefore(t *testing.T) {
	low, high, err := portRange()
	require.NoError(t, err)
	room := high - low + 1
	one, two := netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3")
	require.NoError(t, portsFor(room, "host:1", nil))
	require.NoError(t, portsFor(2*room, "host:1", []netip.Addr{one, two}))
	for _, sources := range [][]netip.Addr{nil, {one}, {one, one}} {
		err := portsFor(room+1, "host:1", sources)
		require.ErrorIs(t, err, ErrPorts)
		require.ErrorContains(t, err, fmt.Sprintf("open %d connections to host:1: ports: net.ipv4.ip_local_port_range is %d to %d, which allows at most %d from 1 source", room+1, low, high, room))
	}
}

func TestChurnWithoutPortsOrDescriptors(t *testing.T) {
	addr := os.Getenv(childEnv)
	if addr == "" {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestChurnWithoutPortsOrDescriptors$")
		cmd.Env = append(os.Environ(), childEnv+"="+serving(t, honest))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return
	}
	// An address that is not this machine's: bind says EADDRNOTAVAIL, as connect does when ports run out.
	e := start(t, Options{Sources: []netip.Addr{netip.MustParseAddr("192.0.2.1")}})
	s, err := churn(t, e, addr, 3).Slice(0, time.Minute)
	require.ErrorIs(t, err, ErrPorts)
	require.ErrorIs(t, err, unix.EADDRNOTAVAIL)
	require.ErrorContains(t, err, "more source addresses give more")
	assert.Positive(t, s.Errors.Connect)

	c := churn(t, start(t, Options{}), addr, 40)
	visited(t, c)
	limit := unix.Rlimit{Cur: 30, Max: 30}
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
	_, err = c.Slice(0, time.Minute)
	require.ErrorIs(t, err, ErrDescriptors)
	require.ErrorIs(t, err, unix.EMFILE)
	_, err = c.e.Churn(context.Background(), addr, 40)
	require.ErrorContains(t, err, "RLIMIT_NOFILE")
}

func once(t *testing.T, handler http.HandlerFunc) (*Churn, *atomic.Int64) {
	t.Helper()
	var conns atomic.Int64
	s := httptest.NewUnstartedServer(handler)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	addr := s.Listener.Addr().String()
	return churn(t, start(t, Options{Traffic: GetOnce(addr, "/page?x=1")}), addr, 4), &conns
}

func TestHTTPWithAConnectionPerRequest(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"Content-Length": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s %v", r.URL, r.Close) },
		"large": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.Repeat("all work and no play\n", 20_000))
		},
		"empty": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"chunked": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 3 {
				fmt.Fprintf(w, "part %d\n", i)
				w.(http.Flusher).Flush()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, conns := once(t, func(w http.ResponseWriter, r *http.Request) {
				if !r.Close {
					w.WriteHeader(http.StatusBadRequest)
				}
				handler(w, r)
			})
			s := visited(t, c)
			assert.GreaterOrEqual(t, uint64(conns.Load()), s.Total)
		})
	}
	t.Run("until the connection's end", func(t *testing.T) {
		addr := serving(t, func(c net.Conn, _ int) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\nhel")
			_, _ = io.WriteString(c, "lo")
		})
		c := churn(t, start(t, Options{Traffic: GetOnce(addr, "/")}), addr, 4)
		visited(t, c)
		assert.Equal(t, "hello", string(c.page.body))
	})
}

func TestHTTPWithAConnectionPerRequestFindsWhatIsWrong(t *testing.T) {
	var n atomic.Int64
	raw := func(text func() string) func(c net.Conn, _ int) {
		return func(c net.Conn, _ int) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, text())
		}
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
	for reason, test := range map[string]struct {
		text  func() string
		count func(e *Errors) int
	}{
		"status 503":                       {func() string { return "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" }, func(e *Errors) int { return e.Status }},
		"no HTTP/1 status line":            {func() string { return "HTTP/9\r\n\r\n" }, func(e *Errors) int { return e.Status }},
		"of a reply that is longer":        {func() string { return head + "hell" }, func(e *Errors) int { return e.Closed }},
		"closed it after 0 bytes":          {func() string { return "" }, func(e *Errors) int { return e.Closed }},
		"2 bytes more than were asked for": {func() string { return head + "hello?!" }, func(e *Errors) int { return e.Mismatch }},
		"of the body: expected 0x": {
			func() string { return fmt.Sprintf("%s%05d", head, n.Add(1)) }, func(e *Errors) int { return e.Mismatch },
		},
		"the first reply's had": {
			func() string { return "HTTP/1.0 200 OK\r\n\r\n" + strings.Repeat("x", int(n.Add(1))) }, func(e *Errors) int { return e.Mismatch },
		},
	} {
		t.Run(reason, func(t *testing.T) {
			addr := serving(t, raw(test.text))
			c := churn(t, start(t, Options{Traffic: GetOnce(addr, "/")}), addr, 4)
			s, err := c.Slice(0, time.Minute)
			require.ErrorContains(t, err, "all 4 at a time failed")
			// A close with the rest of the request unread would be a reset; these servers read all of it.
			assert.Equal(t, 4, test.count(&s.Errors), s.Errors)
			assert.Contains(t, s.Errors.First, reason)
		})
	}
}
