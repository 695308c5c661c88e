package engine

import (
	"context"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scheduled counts what a group's last stretch had due from one time of the
// loop's clock to another.
func scheduled(g *Group, from, to int64) (n int) {
	p, conns := g.paced, len(g.conns)
	streams := make([]stream, conns)
	seedStreams(streams, p.arrivals.seed, p.loads)
	for i := range streams {
		s := &streams[i]
		for s.begin(p.arrivals, i, conns); p.start+int64(s.at) < to; s.step(p.arrivals, conns) {
			if p.start+int64(s.at) >= from {
				n++
			}
		}
	}
	return n
}

// atLeast counts a histogram's samples of that value or more, within its precision.
func atLeast(h *hdrhistogram.Histogram, v int64) (n int64) {
	for _, bar := range h.Distribution() {
		if bar.To >= v {
			n += bar.Count
		}
	}
	return n
}

// books holds what is true of every open stretch, on any machine.
func books(t *testing.T, g *Group, s Slice) {
	t.Helper()
	p := g.paced
	assert.EqualValues(t, scheduled(g, p.from, p.edge), s.Planned, "what the schedule holds")
	assert.EqualValues(t, s.Planned, s.Latency.TotalCount(), "all that was due is booked once")
	assert.LessOrEqual(t, s.Sent, s.Planned)
	assert.GreaterOrEqual(t, s.Lateness.TotalCount(), int64(s.Sent))
	assert.Equal(t, s.Lateness.TotalCount(), s.Service.TotalCount(), "all that was sent")
	assert.GreaterOrEqual(t, s.Unanswered, s.Planned-uint64(s.Service.TotalCount()), "what was not sent has no answer")
}

func TestOpenLoopSendsItsPlan(t *testing.T) {
	for name, test := range map[string]struct {
		opts  Options
		conns int
	}{
		"fixed":              {Options{Arrivals: Fixed(2000)}, 8},
		"a connection":       {Options{Arrivals: Fixed(2000)}, 1},
		"poisson":            {Options{Arrivals: Poisson(2000, 7)}, 8},
		"a pipeline":         {Options{Arrivals: Poisson(2000, 7), Pipeline: 4}, 2},
		"slower than slices": {Options{Arrivals: Fixed(1)}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			var received atomic.Int64
			addr := serving(t, func(c net.Conn, i int) { honest(counted{c, &received}, i) })
			g := dial(t, start(t, test.opts), addr, test.conns)
			for range 3 {
				before := received.Load()
				s, err := g.Slice(short, longer)
				require.NoError(t, err)
				books(t, g, s)
				assert.Zero(t, s.Errors.Total(), s.Errors)
				assert.EqualValues(t, s.Total*64, received.Load()-before)
			}
			n, err := g.Check(context.Background(), 10*time.Second)
			require.NoError(t, err)
			assert.Equal(t, test.conns, n, "a roll call is as ever")
		})
	}
}

// stalling answers for a time from its first request on, then nobody for another.
type stalling struct {
	mu         sync.Mutex
	after      time.Duration // its first request
	length     time.Duration
	first      time.Time
	begin, end time.Time // of the stall
}

func (s *stalling) handle(c net.Conn, _ int) {
	each(c, 64, func(p []byte, _ int) []byte {
		s.mu.Lock()
		defer s.mu.Unlock()
		now := time.Now()
		if s.first.IsZero() {
			s.first = now
		}
		if s.begin.IsZero() && now.Sub(s.first) >= s.after {
			s.begin = now
			time.Sleep(s.length)
			s.end = time.Now()
		}
		return p
	})
}

// A service that is stopped for a part of the window: in an open loop all whose
// requests were due meanwhile have waited, in a closed one a request for each
// connection. What is asserted follows from the times at which
// the stall began and ended; a slow machine makes it truer still.
func TestAStallCannotHide(t *testing.T) {
	const (
		conns  = 8
		rate   = 1000
		window = 700 * time.Millisecond
		stall  = 300 * time.Millisecond
	)
	for name, test := range map[string]struct {
		arrivals Arrivals
		pipeline int
		after    time.Duration
	}{
		"fixed":          {Fixed(rate), 1, 100 * time.Millisecond},
		"poisson":        {Poisson(rate, 7), 1, 100 * time.Millisecond},
		"a pipeline":     {Poisson(rate, 7), 16, 100 * time.Millisecond},
		"over the end":   {Fixed(rate), 1, 550 * time.Millisecond},
		"before the end": {Poisson(rate, 7), 2, 350 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &stalling{after: test.after, length: stall}
			e := start(t, Options{Arrivals: test.arrivals, Pipeline: test.pipeline, Timeout: time.Minute})
			g := dial(t, e, serving(t, server.handle), conns)
			s, err := g.Slice(0, window)
			require.NoError(t, err)
			books(t, g, s)
			server.mu.Lock()
			require.False(t, server.end.IsZero(), "it was asked for as long as that")
			from, to := int64(server.begin.Sub(e.epoch)), int64(server.end.Sub(e.epoch))
			server.mu.Unlock()
			edge := g.paced.edge
			for part := range 4 {
				// What was due x or more before the stall's end has taken x at least.
				x := int64(stall) * int64(part) / 4
				want := scheduled(g, max(from, g.paced.from), min(to-x, edge))
				assert.GreaterOrEqual(t, atLeast(s.Latency, x), int64(want), "responses of %v and more", time.Duration(x))
			}
			assert.GreaterOrEqual(t, s.Latency.Max(), min(to, edge)-from-int64(10*time.Millisecond), "the one due first after it began")
		})
	}
	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		server := &stalling{after: 100 * time.Millisecond, length: stall}
		g := dial(t, start(t, Options{Timeout: time.Minute}), serving(t, server.handle), conns)
		s, err := g.Slice(0, window)
		require.NoError(t, err)
		most := conns * int64(s.Seconds/stall.Seconds()+1)
		assert.LessOrEqual(t, atLeast(s.Latency, int64(stall)), most, "one request for each connection: the loop waits for the server")
		assert.Same(t, s.Latency, s.Service)
		assert.Zero(t, s.Planned)
		assert.Nil(t, s.Lateness)
	})
}

func TestOpenLoopBooksSilence(t *testing.T) {
	addr := serving(t, func(c net.Conn, i int) {
		if i == 0 {
			honest(c, i)
		}
		silent(c, i)
	})
	g := dial(t, start(t, Options{Arrivals: Fixed(4000), Partial: true}), addr, 4)
	for range 2 { // what the first one is owed is not the second's
		s, err := g.Slice(0, longer)
		require.NoError(t, err)
		books(t, g, s)
		assert.EqualValues(t, 160, s.Planned)
		assert.GreaterOrEqual(t, s.Unanswered, uint64(120), "three of four are never answered")
	}
}

func TestOpenLoopBooksWhatFailedConnectionsOwe(t *testing.T) {
	addr := serving(t, func(c net.Conn, i int) {
		each(c, 64, func(p []byte, n int) []byte {
			if i == 0 && n == 0 {
				p[0] ^= 1
			}
			return p
		})
	})
	g := dial(t, start(t, Options{Arrivals: Fixed(4000)}), addr, 4)
	s, err := g.Slice(0, longer)
	require.NoError(t, err)
	assert.Equal(t, 1, s.Errors.Mismatch, s.Errors)
	books(t, g, s)
	assert.GreaterOrEqual(t, s.Unanswered, uint64(40), "all that were due there, for the first answer was wrong")

	g = dial(t, start(t, Options{Arrivals: Fixed(4000), Timeout: 50 * time.Millisecond}), serving(t, silent), 4)
	s, err = g.Slice(0, time.Hour)
	require.ErrorContains(t, err, "no reply within 50ms", "nobody is left")
	books(t, g, s)
	assert.Equal(t, s.Planned, s.Unanswered)
}

// The server takes 20 ms for each request and is asked for ten times that: what
// piles up is not sent, takes no memory and holds nobody up at the end.
func TestOpenLoopAboveCapacity(t *testing.T) {
	addr := serving(t, func(c net.Conn, _ int) {
		each(c, 64, func(p []byte, _ int) []byte { time.Sleep(20 * time.Millisecond); return p })
	})
	g := dial(t, start(t, Options{Arrivals: Poisson(1e6, 1)}), addr, 4)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := g.Slice(0, 200*time.Millisecond)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	books(t, g, s)
	assert.LessOrEqual(t, s.Sent, uint64(4*11), "200 ms have room for ten requests on each")
	assert.GreaterOrEqual(t, s.Unanswered, s.Planned-4*11)
	assert.Greater(t, s.Latency.ValueAtPercentile(50), int64(90*time.Millisecond), "as they have waited at least")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, 4*s.Planned, "bytes, for 200,000 requests")
}

func TestOpenLoopThatIsStopped(t *testing.T) {
	e := start(t, Options{Arrivals: Fixed(2000)})
	g := dial(t, e, serving(t, honest), 4)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for g.Replies() < 100 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	m, err := e.Steady(ctx, g, 0, time.Hour)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, m.Planned, uint64(100))
	assert.EqualValues(t, m.Planned, m.Latency.TotalCount(), "what would have been due later is not held against anyone")
	assert.NotSame(t, m.Latency, m.Service)
}

func TestSlicesOfOneSeedDifferAndTwoSidesDoNot(t *testing.T) {
	addr := serving(t, honest)
	e := start(t, Options{Arrivals: Poisson(500, 3)})
	a, b := dial(t, e, addr, 4), dial(t, e, addr, 4)
	var of [2][]uint64
	for range 6 {
		for i, g := range []*Group{a, b} {
			s, err := g.Slice(0, longer)
			require.NoError(t, err)
			of[i] = append(of[i], s.Planned)
		}
	}
	assert.Equal(t, of[0], of[1])
	assert.NotEqual(t, []uint64{of[0][0], of[0][0], of[0][0], of[0][0], of[0][0]}, of[0][1:])

	require.NoError(t, a.Arrive(Poisson(500, 3)))
	s, err := a.Slice(0, longer)
	require.NoError(t, err)
	assert.Equal(t, of[0][0], s.Planned, "Arrive begins anew")
	require.NoError(t, a.Arrive(Closed()))
	assert.Zero(t, loaded(t, a).Planned)
	require.ErrorContains(t, a.Arrive(Fixed(0)), "0 requests per second")

	require.NoError(t, a.Arrive(Fixed(10)))
	c, d := dial(t, e, addr, 1), dial(t, e, addr, 1)
	_, err = e.Alternate(context.Background(), c, d, 0, longer, false)
	require.ErrorContains(t, err, "is a closed loop without think time, not poisson:500:3")
}

func TestThinkTime(t *testing.T) {
	const think = 5 * time.Millisecond
	for name, a := range map[string]Arrivals{"fixed": Think(think), "exponential": ThinkExp(think, 1)} {
		t.Run(name, func(t *testing.T) {
			g := dial(t, start(t, Options{Arrivals: a, Pipeline: 2}), serving(t, honest), 4)
			var s Slice
			var began time.Time
			for s.Requests == 0 { // the machine may be busy otherwise
				var err error
				began = time.Now()
				s, err = g.Slice(2*think, 20*think)
				require.NoError(t, err)
				require.Zero(t, s.Errors.Total(), s.Errors)
			}
			whole := time.Since(began)
			assert.EqualValues(t, s.Requests, s.Latency.TotalCount())
			assert.EqualValues(t, s.Requests, s.Service.TotalCount())
			assert.Zero(t, s.Planned)
			if name == "fixed" {
				assert.Equal(t, think*time.Duration(s.Requests), s.Thinking)
				assert.LessOrEqual(t, s.Requests, uint64(8*(s.Seconds/think.Seconds()+1)), "8 users, each at most once a think time")
			}
			// A user either waits or thinks; the last thought may reach beyond the end (37 means: more can't be drawn).
			spent := s.Latency.Mean()*float64(s.Requests)/1e9 + s.Thinking.Seconds()
			assert.LessOrEqual(t, spent, 8*(whole+37*think).Seconds())
		})
	}
}

func TestThePacedLoopAllocatesNothing(t *testing.T) {
	for _, a := range []Arrivals{Poisson(20_000, 1), Think(100 * time.Microsecond)} {
		g := dial(t, start(t, Options{Arrivals: a}), serving(t, honest), 8)
		_, err := g.Slice(short, longer)
		require.NoError(t, err)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := g.Slice(short, longer)
		require.NoError(t, err)
		runtime.ReadMemStats(&after)
		assert.Less(t, after.Mallocs-before.Mallocs, s.Total/10+100, "%v: allocations over %d replies", a, s.Total)
	}
}
