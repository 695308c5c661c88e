package engine

import (
	"bytes"
	"context"
	"math"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestSliceCountsWhatCameBack(t *testing.T) {
	for name, opts := range map[string]Options{
		"the usual":      {},
		"one byte":       {Traffic: Echo(1)},
		"a pipeline":     {Pipeline: 7, Traffic: Echo(300)},
		"the ring's own": {Traffic: Echo(65521)},
	} {
		t.Run(name, func(t *testing.T) {
			var received atomic.Int64
			addr := serving(t, func(c net.Conn, i int) { honest(counted{c, &received}, i) })
			g := dial(t, start(t, opts), addr, 16)
			s := loaded(t, g)
			assert.Equal(t, 16, s.Answering)
			assert.GreaterOrEqual(t, s.Total, s.Requests)
			assert.EqualValues(t, s.Requests, s.Latency.TotalCount())
			assert.Positive(t, s.ClientCPU)
			total := g.Replies()
			assert.GreaterOrEqual(t, total, s.Total)
			assert.EqualValues(t, received.Load(), total*uint64(g.script.ask.unit), "what was sent is what was booked: nothing is outstanding")

			n, err := g.Check(context.Background(), time.Second)
			require.NoError(t, err)
			assert.Equal(t, 16, n)
			assert.Equal(t, total+16, g.Replies())
		})
	}
}

// counted counts the bytes that are read.
type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func TestPayloadsLargerThanTheSocketTakes(t *testing.T) {
	addr := serving(t, func(c net.Conn, _ int) {
		buf := make([]byte, 100_000)
		for {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			for p := buf[:n]; len(p) > 0; { // in short writes
				m := min(len(p), 7777)
				if _, err := c.Write(p[:m]); err != nil {
					return
				}
				p = p[m:]
			}
		}
	})
	g := dial(t, start(t, Options{Traffic: Echo(3 << 20), Pipeline: 3}), addr, 4)
	s, err := g.Slice(short, longer)
	require.NoError(t, err)
	assert.Zero(t, s.Errors.Total(), s.Errors)
	assert.Equal(t, 4, s.Answering)
}

func TestOneByteInTenThousandRepliesIsFound(t *testing.T) {
	var replies atomic.Int64
	addr := serving(t, func(c net.Conn, _ int) {
		each(c, 64, func(p []byte, _ int) []byte {
			if replies.Add(1) == 10_000 {
				p[33] ^= 1
			}
			return p
		})
	})
	g := dial(t, start(t, Options{}), addr, 8)
	var errs Errors
	for replies.Load() < 10_000 {
		s, err := g.Slice(short, longer)
		require.NoError(t, err)
		errs.Add(s.Errors)
	}
	assert.Equal(t, 1, errs.Mismatch, errs)
	assert.Equal(t, 1, errs.Total())
	assert.Regexp(t, `^connection [0-7], offset \d+: expected 0x.., got 0x..$`, errs.First)
	assert.Equal(t, 7, g.Len(), "a connection that failed is given up, the others go on")
}

func TestRepliesOfAnotherKindAreFound(t *testing.T) {
	var exchange atomic.Pointer[[]byte]
	for name, test := range map[string]struct {
		handle func(c net.Conn, i int)
		count  func(e Errors) int
		first  string
	}{
		"stale": {
			func(c net.Conn, _ int) {
				var last []byte
				each(c, 64, func(p []byte, n int) []byte {
					if n == 0 {
						last = bytes.Clone(p)
					}
					return last
				})
			},
			func(e Errors) int { return e.Mismatch }, "offset 64: expected",
		},
		"crossed": {
			func(c net.Conn, _ int) {
				each(c, 64, func(p []byte, _ int) []byte {
					mine := bytes.Clone(p)
					if other := exchange.Swap(&mine); other != nil {
						return *other
					}
					return mine
				})
			},
			func(e Errors) int { return e.Mismatch }, ": expected",
		},
		"too long": {
			func(c net.Conn, _ int) { each(c, 64, func(p []byte, _ int) []byte { return append(p, '!') }) },
			func(e Errors) int { return e.Mismatch }, "1 bytes more than were asked for",
		},
		"cut off": {
			func(c net.Conn, _ int) {
				each(c, 64, func(p []byte, _ int) []byte { _, _ = c.Write(p[:40]); _ = c.Close(); return nil })
			},
			func(e Errors) int { return e.Closed }, "after 40 of a reply's 64 bytes",
		},
		"none": {
			func(c net.Conn, _ int) { each(c, 64, func([]byte, int) []byte { _ = c.Close(); return nil }) },
			func(e Errors) int { return e.Closed }, "with 1 replies owed",
		},
		"a reset": {
			func(c net.Conn, _ int) {
				each(c, 64, func([]byte, int) []byte { _ = c.(*net.TCPConn).SetLinger(0); _ = c.Close(); return nil })
			},
			func(e Errors) int { return e.Reset }, "connection reset by peer",
		},
		"late": {silent, func(e Errors) int { return e.Timeout }, "no reply within 50ms"},
	} {
		t.Run(name, func(t *testing.T) {
			opts := Options{}
			if name == "late" {
				opts.Timeout = 50 * time.Millisecond
			}
			g := dial(t, start(t, opts), serving(t, test.handle), 4)
			s, err := g.Slice(short, longer)
			assert.Contains(t, s.Errors.First, test.first)
			assert.Equal(t, s.Errors.Total(), test.count(s.Errors), s.Errors)
			assert.GreaterOrEqual(t, s.Errors.Total(), 3, "of a crossed set one may stay right")
			if s.Errors.Total() == 4 {
				assert.ErrorContains(t, err, "no connection to "+g.Addr()+" is left")
			}
			if name != "crossed" && name != "stale" && name != "too long" {
				assert.Zero(t, s.Requests)
			}
		})
	}
}

func TestServerThatAnswersOneOfN(t *testing.T) {
	turn := make(chan struct{}, 1)
	addr := serving(t, func(c net.Conn, i int) {
		turn <- struct{}{} // the next one is served when this one leaves
		honest(c, i)
		<-turn
	})
	e := start(t, Options{Timeout: 40 * time.Millisecond})
	g := dial(t, e, addr, 8)
	g.ServesSome()
	for range 3 {
		s := loaded(t, g)
		assert.Equal(t, 1, s.Answering)
		assert.EqualValues(t, s.Requests, s.Latency.TotalCount())
	}
	n := 0
	for n == 0 { // a roll call without an answer for 200 ms ends, and the machine may be busy
		var err error
		n, err = g.Check(context.Background(), time.Hour)
		require.NoError(t, err)
	}
	assert.Equal(t, 1, n, "the roll call counts silence and does not fail by it")
}

func TestIdleGroupHoldsItsConnections(t *testing.T) {
	addr := serving(t, honest)
	e := start(t, Options{})
	idle, active := dial(t, e, addr, 50), dial(t, e, addr, 1)
	s, err := active.Slice(short, longer)
	require.NoError(t, err)
	assert.Equal(t, 1, s.Answering)
	n, err := idle.Check(context.Background(), 2*time.Second)
	require.NoError(t, err)
	assert.Equal(t, 50, n)
}

func TestCheckFindsConnectionsThatWereLost(t *testing.T) {
	addr := serving(t, func(c net.Conn, i int) {
		if i > 0 {
			honest(c, i)
		}
	})
	g := dial(t, start(t, Options{}), addr, 5)
	n, err := g.Check(context.Background(), time.Second)
	require.Error(t, err)
	assert.Equal(t, 4, n)
}

func TestTheLoopAllocatesNothing(t *testing.T) {
	g := dial(t, start(t, Options{}), serving(t, honest), 8)
	_, err := g.Slice(short, longer) // the server's goroutines grow their stacks here
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := g.Slice(short, longer)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.Mallocs-before.Mallocs, s.Total/10+100, "allocations over %d replies", s.Total)
}

func TestACloseIsAReset(t *testing.T) {
	how := make(chan error, 1)
	addr := serving(t, func(c net.Conn, _ int) {
		_, err := c.Read(make([]byte, 1))
		how <- err
	})
	dial(t, start(t, Options{}), addr, 1).Close()
	assert.ErrorIs(t, <-how, unix.ECONNRESET)
}

func TestEngineThatIsClosed(t *testing.T) {
	e := start(t, Options{})
	g := dial(t, e, serving(t, honest), 1)
	g.Close()
	e.Close()
	_, err := g.Slice(short, short)
	require.ErrorIs(t, err, ErrClosed)
	_, err = e.Dial(context.Background(), g.Addr(), 1)
	require.ErrorIs(t, err, ErrClosed)
	_, err = e.Steady(context.Background(), g, 0, short)
	require.ErrorIs(t, err, ErrClosed)
}

func TestOptionsThatAreWrong(t *testing.T) {
	for reason, opts := range map[string]Options{
		"pipeline of -1":         {Pipeline: -1},
		"pipeline of 1025":       {Pipeline: 1025},
		"requests of 0 bytes":    {Traffic: Echo(0)},
		"requests of -1 bytes":   {Traffic: Echo(-1)},
		"requests of 16777217":   {Traffic: Echo(16<<20 + 1)},
		"16777216 (8388608 with": {Traffic: Echo(16 << 20), Pipeline: 2},
		"must begin with /":      {Traffic: Get("host", "x")},
		"no white space":         {Traffic: Get("host", "/a b")},
		"time-out of -1s":        {Timeout: -time.Second},
		"to CPU 1000":            {CPU: 1000},
		"0 requests per second":  {Arrivals: Fixed(0)},
		"NaN requests per":       {Arrivals: Poisson(math.NaN(), 1)},
		"6e+06 requests per":     {Arrivals: Fixed(6e6)},
		"think time of 0s":       {Arrivals: Think(0)},
		"think time of 1h0m0s":   {Arrivals: ThinkExp(time.Hour, 1)},
	} {
		_, err := New(opts)
		assert.ErrorContains(t, err, reason)
	}
}
