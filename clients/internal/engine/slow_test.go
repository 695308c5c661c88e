package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// eventually waits for as long as the test may take.
func eventually(cond func() bool) {
	for !cond() {
		time.Sleep(time.Millisecond)
	}
}

func slow(t *testing.T, s *Slow, err error) *Slow {
	t.Helper()
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestSlowSendersAreServed(t *testing.T) {
	ctx := context.Background()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.URL) }))
	t.Cleanup(page.Close)
	for name, test := range map[string]struct {
		traffic Traffic
		handle  func(c net.Conn, i int)
		addr    string
		bytes   int
	}{
		"echo":             {handle: honest},
		"echo, longer":     {handle: honest, traffic: Echo(5000), bytes: 4096},
		"work":             {handle: lines(worked), traffic: Work(1234)},
		"work that varies": {handle: lines(worked), traffic: WorkExponential(30), bytes: 2},
		"a wait":           {handle: lines(waited), traffic: Wait(10)},
		"http":             {addr: page.Listener.Addr().String(), traffic: Get("host", "/"), bytes: 7},
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, Options{})
			if test.handle != nil {
				test.addr = serving(t, test.handle)
			}
			s, err := e.SlowSenders(ctx, test.addr, 3, Slowness{Traffic: test.traffic, Every: time.Millisecond, Bytes: test.bytes})
			slow(t, s, err)
			eventually(func() bool { _, errs := s.Serving(); return s.Replies() > 20 || errs.Total() > 0 })
			n, errs := s.Serving()
			assert.Zero(t, errs.Total(), errs)
			assert.Equal(t, 3, n)
			s.Close()
			s.Close()
		})
	}
}

func TestSlowClientsSendNoMoreThanTheyMay(t *testing.T) {
	allowed := func(how Slowness, readers bool, c dawdler) int {
		require.NoError(t, how.complete(1, readers))
		s := &Slow{g: &Group{script: how.Traffic.script(how.Ahead)}, how: how, readers: readers}
		return s.allowed(&c)
	}
	assert.Equal(t, 1, allowed(Slowness{}, false, dawdler{}))
	assert.Equal(t, 1, allowed(Slowness{}, false, dawdler{owed: 63}))
	assert.Equal(t, 0, allowed(Slowness{}, false, dawdler{owed: 64}), "a request's worth at most is on its way")
	five := Slowness{Traffic: Work(123), Bytes: 3}
	assert.Equal(t, 3, allowed(five, false, dawdler{}))
	assert.Equal(t, 2, allowed(five, false, dawdler{sendPos: 2}), "to the end of the line")
	assert.Equal(t, 0, allowed(five, false, dawdler{owed: 65}), "the answer first")
	varied := Slowness{Traffic: WorkExponential(200), Bytes: 4096}
	line := exponential(200)[0]
	assert.Equal(t, len(fmt.Sprintln(line)), allowed(varied, false, dawdler{}))

	assert.Equal(t, 30, allowed(Slowness{Traffic: Echo(10), Ahead: 3}, true, dawdler{}))
	assert.Equal(t, 1, allowed(Slowness{Traffic: Echo(10), Ahead: 3}, true, dawdler{owed: 29}))
	get := Get("host", "/")
	unit := get.script(1).ask.unit
	assert.Equal(t, 3*unit-5, allowed(Slowness{Traffic: get, Ahead: 3}, true, dawdler{sendPos: 5}))
	assert.Equal(t, 0, allowed(Slowness{Traffic: get, Ahead: 3}, true, dawdler{owed: 3}))
}

func TestSlowReadersLeaveTheServerWithWhatItOwes(t *testing.T) {
	const unit, ahead = 16 << 10, 16
	ctx := context.Background()
	var received atomic.Int64
	stuck := make(chan struct{}, 4)
	addr := serving(t, func(c net.Conn, _ int) {
		// One that owes all before it sends any: the request never fits into the sockets.
		var owed []byte
		buf := make([]byte, 4096)
		for len(owed) < unit*ahead {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			owed = append(owed, buf[:n]...)
			received.Add(int64(n))
		}
		_ = c.(*net.TCPConn).SetWriteBuffer(4096)
		// The client's buffer cannot hold that: the write ends when it has read enough, or goes.
		_ = c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
		if n, err := c.Write(owed); err != nil && n < len(owed) {
			stuck <- struct{}{}
			_ = c.SetWriteDeadline(time.Time{})
			_, _ = c.Write(owed[n:])
		}
		_, _ = io.Copy(io.Discard, c)
	})
	e := start(t, Options{})
	s, err := e.SlowReaders(ctx, addr, 2, Slowness{Traffic: Echo(unit), Every: 5 * time.Millisecond, Bytes: 100, Ahead: ahead})
	slow(t, s, err)
	<-stuck
	<-stuck
	assert.EqualValues(t, 2*unit*ahead, received.Load(), "asked ahead, and no further")
	n, errs := s.Serving()
	assert.Equal(t, 2, n, errs)
}

func TestSlowReadersAreServed(t *testing.T) {
	ctx := context.Background()
	large := strings.Repeat("all work and no play\n", 500)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, large) }))
	t.Cleanup(page.Close)
	for name, test := range map[string]struct {
		how  Slowness
		addr string
	}{
		"echo": {Slowness{Traffic: Echo(1000), Bytes: 1000, Every: time.Millisecond}, serving(t, honest)},
		"http": {Slowness{Traffic: Get("host", "/"), Bytes: 4096, Every: time.Millisecond, Ahead: 3}, page.Listener.Addr().String()},
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, Options{})
			s, err := e.SlowReaders(ctx, test.addr, 3, test.how)
			slow(t, s, err)
			eventually(func() bool { _, errs := s.Serving(); return s.Replies() > 20 || errs.Total() > 0 })
			n, errs := s.Serving()
			assert.Zero(t, errs.Total(), errs)
			assert.Equal(t, 3, n)
		})
	}
}

func TestSlowClientsAreHeldBesideAGroup(t *testing.T) {
	e := start(t, Options{})
	addr := serving(t, honest)
	s, err := e.SlowSenders(context.Background(), addr, 10, Slowness{Every: 5 * time.Millisecond})
	slow(t, s, err)
	g := dial(t, e, addr, 4)
	for s.Replies() < 10 {
		assert.Equal(t, 4, loaded(t, g).Answering)
	}
	before := s.Replies()
	eventually(func() bool { return s.Replies() > before }) // between slices, too
	n, errs := s.Serving()
	assert.Equal(t, 10, n, errs)
}

func TestSlowClientsFindWhatIsWrong(t *testing.T) {
	ctx := context.Background()
	for reason, test := range map[string]struct {
		traffic Traffic
		handle  func(c net.Conn, i int)
		count   func(e *Errors) int
	}{
		"offset 20: expected 0x": {handle: func(c net.Conn, _ int) {
			each(c, 1, func(p []byte, number int) []byte {
				if number == 20 {
					p[0]++
				}
				return p
			})
		}, count: func(e *Errors) int { return e.Mismatch }},
		"offset 1: ": {handle: func(c net.Conn, _ int) {
			each(c, 1, func(p []byte, _ int) []byte { return append(p, '!') })
		}, count: func(e *Errors) int { return e.Mismatch }},
		"offset 0: expected 0x": {traffic: Work(5), handle: lines(func(string, int) string { return worked("4", 0) }), count: func(e *Errors) int { return e.Mismatch }},
		", offset 0: ": { // an answer to half of a request, or by then a wrong one to a whole
			traffic: Work(55), handle: func(c net.Conn, _ int) { each(c, 1, func([]byte, int) []byte { return []byte("go on?\n") }) },
			count: func(e *Errors) int { return e.Mismatch },
		},
		"the server closed it, 5 bytes into": {handle: func(c net.Conn, _ int) {
			p := make([]byte, 5)
			_, _ = io.ReadFull(c, p)
			_, _ = c.Write(p)
			_ = c.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, c)
		}, count: func(e *Errors) int { return e.Closed }},
		"connection reset by peer": {handle: func(c net.Conn, _ int) {
			_, _ = io.ReadFull(c, make([]byte, 5))
			_ = c.(*net.TCPConn).SetLinger(0)
		}, count: func(e *Errors) int { return e.Reset }},
		"no HTTP: the reply begins": {
			traffic: Get("host", "/"), handle: func(c net.Conn, _ int) {
				each(c, len(Get("host", "/").script(1).ask.text)/2, func([]byte, int) []byte { return []byte("hello there") })
			}, count: func(e *Errors) int { return e.Status },
		},
		"client ": { // to the first byte of a request; by the time it is read there may be more
			traffic: Get("host", "/"), handle: func(c net.Conn, _ int) { each(c, 1, func([]byte, int) []byte { return []byte("H") }) },
			count: func(e *Errors) int { return e.Mismatch + e.Status },
		},
		"a reply of more than 65536 bytes": {
			traffic: Get("host", "/"), handle: func(c net.Conn, _ int) {
				_, _ = io.ReadFull(c, make([]byte, len(Get("host", "/").script(1).ask.text)/2))
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", 100_000))
				_, _ = io.Copy(io.Discard, c)
			}, count: func(e *Errors) int { return e.Status },
		},
	} {
		t.Run(reason, func(t *testing.T) {
			e := start(t, Options{})
			s, err := e.SlowSenders(ctx, serving(t, test.handle), 3, Slowness{Traffic: test.traffic, Every: time.Millisecond})
			slow(t, s, err)
			eventually(func() bool { n, _ := s.Serving(); return n == 0 })
			_, errs := s.Serving()
			assert.Equal(t, 3, test.count(&errs), errs)
			assert.Contains(t, errs.First, reason)
		})
	}
}

func TestSilenceIsReportedAndNoError(t *testing.T) {
	var answer atomic.Bool
	addr := serving(t, func(c net.Conn, i int) {
		if i > 0 {
			honest(c, i)
			return
		}
		p := make([]byte, 64)
		n, _ := io.ReadFull(c, p)
		eventually(answer.Load)
		_, _ = c.Write(p[:n])
		honest(c, i)
	})
	e := start(t, Options{Timeout: 300 * time.Millisecond})
	s, err := e.SlowSenders(context.Background(), addr, 3, Slowness{Every: time.Millisecond})
	slow(t, s, err)
	eventually(func() bool { n, _ := s.Serving(); return n == 2 })
	answer.Store(true)
	eventually(func() bool { n, _ := s.Serving(); return n == 3 })
	_, errs := s.Serving()
	assert.Zero(t, errs.Total(), errs)
}

func TestSlowClientsLeaveByReset(t *testing.T) {
	how := make(chan error, 1)
	addr := serving(t, func(c net.Conn, _ int) {
		_, err := io.Copy(io.Discard, c)
		how <- err
	})
	s, err := start(t, Options{}).SlowSenders(context.Background(), addr, 1, Slowness{})
	require.NoError(t, err)
	s.Close()
	assert.ErrorIs(t, <-how, unix.ECONNRESET)
	n, _ := s.Serving()
	assert.Zero(t, n)
}

func TestSlowClientsOutOfBounds(t *testing.T) {
	e := start(t, Options{})
	ctx := context.Background()
	for reason, test := range map[string]struct {
		n       int
		how     Slowness
		readers bool
	}{
		"at least 1":                            {0, Slowness{}, false},
		"may take 5000 steps a second":          {501, Slowness{}, false},
		"a step of each every -1s":              {1, Slowness{Every: -time.Second}, false},
		"steps of 4097 bytes: choose 1 to 4096": {1, Slowness{Bytes: 4097}, false},
		"steps of -1 bytes":                     {1, Slowness{Bytes: -1}, true},
		"a slow sender has one":                 {1, Slowness{Ahead: 2}, false},
		"at most 1048576 bytes":                 {1, Slowness{Ahead: 65}, true},
		"may have 268435456 bytes ahead":        {513, Slowness{Every: time.Second}, true},
		"1025 requests ahead: choose 1 to 1024": {1, Slowness{Ahead: 1025, Traffic: Echo(1)}, true},
		"it is for Churn":                       {1, Slowness{Traffic: GetOnce("host", "/")}, false},
		"slow readers ask for echo or HTTP":     {1, Slowness{Traffic: Work(1)}, true},
		"requests of 0 bytes":                   {1, Slowness{Traffic: Echo(0)}, false},
		"must begin with /":                     {1, Slowness{Traffic: Get("host", "")}, true},
	} {
		call := e.SlowSenders
		if test.readers {
			call = e.SlowReaders
		}
		_, err := call(ctx, "127.0.0.1:1", test.n, test.how)
		assert.ErrorContains(t, err, reason)
	}
	_, err := e.SlowSenders(ctx, "127.0.0.1", 1, Slowness{})
	require.ErrorContains(t, err, `address "127.0.0.1"`)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	_, err = e.SlowReaders(ctx, l.Addr().String(), 2, Slowness{})
	require.True(t, errors.Is(err, unix.ECONNREFUSED), err)
}
