package engine

import (
	"context"
	"io"
	"math"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSeriesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Int64Range(0, 1e12).Draw(t, "from")
		length := rapid.Int64Range(0, 1e10).Draw(t, "length")
		gaps := rapid.SliceOfN(rapid.Int64Range(0, length/8+1), 0, 60).Draw(t, "gaps")
		var s series
		s.begin(from, length)
		now := from
		for _, gap := range gaps {
			now += gap
			s.count(now)
		}
		to := now + rapid.Int64Range(1, 1e9).Draw(t, "rest")
		parts := s.parts(to)
		require.NotEmpty(t, parts)
		assert.LessOrEqual(t, len(parts), Parts)
		replies, seconds := uint64(0), 0.0
		for _, p := range parts {
			replies += p.Requests
			seconds += p.Seconds
			assert.Positive(t, p.Seconds)
		}
		assert.EqualValues(t, len(gaps), replies, "none is lost, and none counted twice")
		assert.InDelta(t, float64(to-from)/1e9, seconds, 1e-6)

		most := rapid.IntRange(1, 30).Draw(t, "most")
		pool := Pool(parts, most)
		assert.LessOrEqual(t, len(pool), most)
		for _, p := range pool {
			replies -= p.Requests
			seconds -= p.Seconds
		}
		assert.Zero(t, replies)
		assert.InDelta(t, 0, seconds, 1e-6)
	})
}

func TestSeriesOfWhatWasStopped(t *testing.T) {
	var s series
	s.begin(1000, 2000) // parts of 100
	for _, now := range []int64{1000, 1099, 1100, 1399, 1410} {
		s.count(now)
	}
	assert.Equal(t, []Part{{2, 100e-9}, {1, 100e-9}, {0, 100e-9}, {2, 120e-9}}, s.parts(1420), "less than half a part belongs to the one before")
	assert.Empty(t, s.parts(1000))
	assert.Empty(t, Pool(nil, Parts))
}

func TestJainProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Uint64Range(0, 10_000), 1, 200).Draw(t, "x")
		j := Jain(x)
		equal, sum := true, uint64(0)
		for _, v := range x {
			equal = equal && v == x[0]
			sum += v
		}
		if sum == 0 {
			assert.Zero(t, j)
			return
		}
		assert.GreaterOrEqual(t, j, 1/float64(len(x))-1e-12)
		if equal {
			assert.InDelta(t, 1, j, 1e-12)
		} else {
			assert.Less(t, j, 1.0)
		}
		assert.LessOrEqual(t, j, 1.0)
	})
	assert.Zero(t, Jain(nil))
	assert.InDelta(t, 0.5, Jain([]uint64{7, 0, 7, 0}), 1e-12, "k of n")
}

func TestFairnessSumsSlices(t *testing.T) {
	var f Fairness
	f.add(nil)
	assert.Equal(t, Fairness{}, f)
	f.add([]uint32{0, 2, 1})
	f.add([]uint32{0, 1, 2})
	assert.InDelta(t, 2.0/3, f.Jain, 1e-12)
	assert.Equal(t, 1, f.Silent)
	assert.Zero(t, f.Least)
	assert.InDelta(t, 2, f.Mean, 1e-12)
}

// inRounds is a server of n connections that reads a request on each of them
// before it answers any.
func inRounds(t *testing.T, n int) string {
	var mu sync.Mutex
	var conns []net.Conn
	over := make(chan struct{})
	return serving(t, func(c net.Conn, _ int) {
		mu.Lock()
		conns = append(conns, c)
		whole := len(conns) == n
		mu.Unlock()
		if !whole {
			<-over // to return would close the connection
			return
		}
		defer close(over)
		buf := make([]byte, 64*n)
		for {
			for i, c := range conns {
				if _, err := io.ReadFull(c, buf[64*i:][:64]); err != nil {
					return
				}
			}
			for i, c := range conns {
				if _, err := c.Write(buf[64*i:][:64]); err != nil {
					return
				}
			}
		}
	})
}

func TestFairServersIndexIsNearOne(t *testing.T) {
	e := start(t, Options{})
	g := dial(t, e, inRounds(t, 8), 8)
	for {
		m, err := e.Steady(context.Background(), g, short, longer)
		require.NoError(t, err)
		if m.Fairness.Mean < 20 { // the machine is busy otherwise
			continue
		}
		assert.Greater(t, m.Fairness.Jain, 0.99)
		assert.Zero(t, m.Fairness.Silent)
		assert.GreaterOrEqual(t, float64(m.Fairness.Least), m.Fairness.Mean-1)
		return
	}
}

func TestHalfServedGroupIsUnfair(t *testing.T) {
	addr := serving(t, func(c net.Conn, i int) {
		if i%2 == 0 {
			honest(c, i)
		} else {
			silent(c, i)
		}
	})
	e := start(t, Options{})
	g := dial(t, e, addr, 8)
	g.ServesSome()
	for {
		m, err := e.Steady(context.Background(), g, short, longer)
		require.NoError(t, err)
		if m.Answering < 4 || m.Requests == 0 {
			continue
		}
		assert.LessOrEqual(t, m.Fairness.Jain, 0.5+1e-9, "k of n is the most that it can be")
		assert.GreaterOrEqual(t, m.Fairness.Silent, 4)
		assert.Zero(t, m.Fairness.Least)
		return
	}
}

// freezing answers all connections, and none of them for that long after the first reply.
func freezing(t *testing.T, freeze time.Duration) string {
	var mu sync.Mutex
	frozen := false
	return serving(t, func(c net.Conn, _ int) {
		each(c, 64, func(p []byte, n int) []byte {
			mu.Lock()
			defer mu.Unlock()
			if n > 0 && !frozen {
				frozen = true
				time.Sleep(freeze)
			}
			return p
		})
	})
}

func TestFreezeShowsInTheParts(t *testing.T) {
	whole, freeze := 3*time.Second, 1400*time.Millisecond
	if testing.Short() {
		whole, freeze = whole/4, freeze/4
	}
	e := start(t, Options{})
	m, err := e.Steady(context.Background(), dial(t, e, freezing(t, freeze), 8), 0, whole)
	require.NoError(t, err)
	require.Len(t, m.Parts, Parts)
	empty := 0
	for _, p := range m.Parts {
		if p.Requests == 0 {
			empty++
		}
	}
	assert.GreaterOrEqual(t, empty, 8, "%v", m.Parts)
	assert.GreaterOrEqual(t, m.Longest, freeze)
	assert.EqualValues(t, m.Requests, m.Latency.TotalCount())
}

func TestFreezeInADrainShowsInTheLongest(t *testing.T) {
	addr := serving(t, func(c net.Conn, _ int) {
		each(c, 64, func(p []byte, _ int) []byte { time.Sleep(60 * time.Millisecond); return p })
	})
	s, err := dial(t, start(t, Options{}), addr, 2).Slice(time.Millisecond, time.Millisecond)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, s.Longest, 60*time.Millisecond)
	assert.Less(t, s.Requests, s.Total)
}

func TestHistogramThatDropsIsCounted(t *testing.T) {
	addr := serving(t, func(c net.Conn, _ int) {
		each(c, 64, func(p []byte, _ int) []byte { time.Sleep(time.Millisecond); return p })
	})
	e := start(t, Options{})
	g := dial(t, e, addr, 2)
	g.latency = hdrhistogram.New(1, 1000, digits) // a microsecond
	for {
		m, err := e.Steady(context.Background(), g, 0, longer)
		require.NoError(t, err)
		if m.Requests == 0 {
			continue
		}
		assert.Equal(t, m.Requests, m.Lost)
		assert.Zero(t, m.Latency.TotalCount())
		return
	}
}

func TestMergeThatDropsIsCounted(t *testing.T) {
	m := newMeasured()
	m.Latency = hdrhistogram.New(1, 1000, digits)
	m.Service = m.Latency
	s := Slice{Latency: newHistogram(), Evidence: Evidence{Lost: 1}}
	require.NoError(t, s.Latency.RecordValue(1e9))
	s.Service = s.Latency
	m.add(s)
	assert.EqualValues(t, 2, m.Lost)
}

// Little's law with the overhang is an identity, however short the measured part
// and however busy the machine.
func TestLittlesLawIsExact(t *testing.T) {
	addr := serving(t, honest)
	for name, test := range map[string]struct {
		opts  Options
		users float64
	}{
		"closed":    {Options{}, 16},
		"pipelined": {Options{Pipeline: 5}, 80},
		"thinking":  {Options{Arrivals: Think(3 * time.Millisecond)}, 16},
		"users":     {Options{Arrivals: ThinkExp(2*time.Millisecond, 7), Pipeline: 3}, 48},
	} {
		t.Run(name, func(t *testing.T) {
			g := dial(t, start(t, test.opts), addr, 16)
			for range 3 {
				s := loaded(t, g)
				spent := s.Latency.Mean()*float64(s.Latency.TotalCount())/1e9 + s.Thinking.Seconds() + s.Overhang.Seconds()
				assert.InEpsilon(t, test.users, spent/s.Seconds, 0.005)
			}
		})
	}
}

func TestWallHoldsTheClientsTime(t *testing.T) {
	e := start(t, Options{})
	addr := serving(t, honest)
	a, b := dial(t, e, addr, 1), dial(t, e, addr, 1)
	began := time.Now()
	p, err := Pair(context.Background(), a, b, Plan{Time: 1, Warm: short, Discard: short, Measure: longer})
	require.NoError(t, err)
	q, err := e.Alternate(context.Background(), a, b, short, longer, false)
	require.NoError(t, err)
	churn, err := e.Churn(context.Background(), addr, 2)
	require.NoError(t, err)
	defer churn.Close()
	c, err := churn.Steady(context.Background(), short, longer)
	require.NoError(t, err)
	all := time.Since(began)
	wall := time.Duration(0)
	for _, m := range []Measured{p.Contender, p.Reference, q.Contender, q.Reference, c} {
		assert.GreaterOrEqual(t, m.Wall.Seconds(), m.Seconds)
		assert.NotEmpty(t, m.Parts)
		replies := uint64(0)
		for _, part := range m.Parts {
			replies += part.Requests
		}
		assert.Equal(t, m.Requests, replies)
		wall += m.Wall
	}
	assert.LessOrEqual(t, wall, all, "no side's time holds another's")
	assert.Len(t, p.Contender.Parts, Parts)
	assert.Zero(t, c.Fairness.Jain, "connections that come and go have no shares")
	assert.Positive(t, q.Contender.Fairness.Jain)
}

func TestPartsOfAnOpenLoop(t *testing.T) {
	e := start(t, Options{Arrivals: Fixed(2000)})
	m, err := e.Steady(context.Background(), dial(t, e, serving(t, honest), 4), short, longer)
	require.NoError(t, err)
	replies := uint64(0)
	for _, p := range m.Parts {
		replies += p.Requests
	}
	assert.Equal(t, m.Requests, replies)
	assert.Zero(t, m.Overhang)
	assert.GreaterOrEqual(t, float64(m.Longest), float64(m.Latency.Max())*(1-math.Pow10(-digits)))
	assert.Zero(t, m.Lost)
}
