package experiment

import (
	"bufio"
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/models"
	"c10klab/services/protocol"
)

// asked is a service that is asked alone: a listener of this process, which stands still between STOP and CONT.
type asked struct {
	t       *testing.T
	name    string
	handle  func(net.Conn)
	addr    string
	still   sync.RWMutex // held for writing while it is stopped
	mu      sync.Mutex
	signals []string
	args    [][]string
	made    map[string]*engine.Engine
}

func serving(t *testing.T, name string, handle func(net.Conn)) *asked {
	s := &asked{t: t, name: name, handle: handle, made: map[string]*engine.Engine{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	s.addr = l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				s.handle(&stoppable{c, &s.still})
			}()
		}
	}()
	return s
}

// stoppable answers nothing while its service is stopped.
type stoppable struct {
	net.Conn
	still *sync.RWMutex
}

func (c *stoppable) Write(b []byte) (int, error) {
	c.still.RLock()
	defer c.still.RUnlock()
	return c.Conn.Write(b)
}

func echo(c net.Conn) { _, _ = io.Copy(c, struct{ io.Reader }{c}) }

// work answers as the application does.
func work(c net.Conn) {
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		n, _ := strconv.Atoi(lines.Text())
		if _, err := io.WriteString(c, digest(n)); err != nil {
			return
		}
	}
}

func (s *asked) Engine(name string, options engine.Options) (*engine.Engine, error) {
	if e, ok := s.made[name]; ok {
		return e, nil
	}
	options.CPU = -1
	e, err := engine.New(options)
	if err == nil {
		s.made[name] = e
		s.t.Cleanup(e.Close)
	}
	return e, err
}

func (s *asked) Model() models.Model {
	m, _ := models.Find(s.name)
	return m
}

func (s *asked) Addr(protocol.App) string { return s.addr }

func (s *asked) Fresh(ctx context.Context, args ...string) error { return s.FreshOn(ctx, 0, args...) }

func (s *asked) FreshOn(_ context.Context, _ int, args ...string) error {
	s.args = append(s.args, args)
	return nil
}

func (s *asked) Read(context.Context) (control.Reading, error) { return control.Reading{}, nil }

func (s *asked) Signal(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signals = append(s.signals, name)
	if name == "STOP" {
		s.still.Lock()
	} else {
		s.still.Unlock()
	}
	return nil
}

func (s *asked) CPU() int     { return -1 }
func (s *asked) Seed() uint64 { return 7 }

// times is a histogram of n times, one in a hundred of which is the longer one: its p99 is not.
func times(n int, most, longest time.Duration) *hdrhistogram.Histogram {
	h := hdrhistogram.New(1, int64(time.Hour), 3)
	_ = h.RecordValues(int64(most), int64(n-n/100))
	_ = h.RecordValues(int64(longest), int64(n/100))
	return h
}

// kept is what an open loop measured that kept to its plan.
func kept(n int, most, longest time.Duration) engine.Measured {
	return engine.Measured{
		Requests: uint64(n), Total: uint64(n), Seconds: 1, Latency: times(n, most, longest),
		Timing: engine.Timing{Planned: uint64(n), Sent: uint64(n), Lateness: times(n, time.Microsecond, time.Microsecond)},
	}
}

func TestAPercentileNeedsSamplesBeyondIt(t *testing.T) {
	_, known := percentile(nil, 99)
	assert.False(t, known)
	_, known = percentile(times(4999, time.Millisecond, time.Millisecond), 99)
	assert.False(t, known)
	us, known := percentile(times(5000, time.Millisecond, time.Second), 99)
	assert.True(t, known)
	assert.InEpsilon(t, 1000, us, 0.01)
}

func TestLateIsToldOfTheClientAlone(t *testing.T) {
	m := kept(5000, 100*time.Microsecond, time.Millisecond)
	assert.Empty(t, late(m, 99))
	m.Lateness = times(5000, 90*time.Microsecond, 90*time.Microsecond)
	assert.Contains(t, late(m, 99), "the client itself was 9")
}

func TestLoadThatFailsIsNoMeasurement(t *testing.T) {
	s := serving(t, "epoll", func(c net.Conn) { _, _ = io.WriteString(c, strings.Repeat("?", 64)) })
	e, err := s.Engine("test", engine.Options{})
	require.NoError(t, err)
	_, err = group(context.Background(), s, e, s.addr, 2)
	assert.ErrorContains(t, err, "mismatch")
}

func TestAskedAreAsManyAsTheModelServes(t *testing.T) {
	s := serving(t, "iterative", echo)
	e, err := s.Engine("test", engine.Options{})
	require.NoError(t, err)
	g, err := group(context.Background(), s, e, s.addr, 16)
	require.NoError(t, err)
	defer g.Close()
	assert.Equal(t, 1, g.Len())
	over, end := context.WithCancel(context.Background())
	end()
	_, err = steady(over, e, g, engine.Fixed(1000), time.Hour)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = steady(context.Background(), e, g, engine.Fixed(-1), time.Hour)
	assert.ErrorContains(t, err, "-1 requests per second")
}

func TestRateAsksBothSidesAlike(t *testing.T) {
	s := serving(t, "epoll", echo)
	side := func(app protocol.App) string {
		assert.Equal(t, protocol.Echo, app)
		return s.addr
	}
	c := rate.Cells[0]
	conns, err := rate.Open(context.Background(), s, side, c)
	require.NoError(t, err)
	defer conns.Close()
	slice, err := conns.Slice(0, 20*time.Millisecond)
	require.NoError(t, err)
	assert.EqualValues(t, 200, slice.Planned, "10,000/s, whatever the server does")
	assert.Len(t, s.made, 1, "the two sides share an engine")
}
