package comparison

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// judged makes a run of thread beside epoll in which all gates judge, and returns thread's record. Other gates may fail as well
// on a machine that is busy with something else: all that fail are kept.
func judged(t *testing.T, s *stand) result.Record {
	s.config.Untimed = false
	s.config.Services, s.config.Targets = s.config.Services[:2], s.config.Targets[:2] // no twin
	s.config.Plan.Rounds = 1
	require.NoError(t, Run(context.Background(), s.config), s.out)
	records := of(s.left(t), "thread", s.experiment())
	require.Len(t, records, 1)
	return records[0]
}

// reasons are all for which a record is withheld.
func reasons(r result.Record) string {
	return strings.Join(append([]string{r.Reason}, r.Also...), "; ")
}

func (s *stand) experiment() string {
	if s.config.Plan.Load != nil {
		return s.config.Plan.Load.Name
	}
	return s.config.Plan.Experiments[0]
}

// gated is a stand whose only experiment is throughput; thread misbehaves in trials, once it is verified.
func gated(t *testing.T, misbehave func(conn int, b []byte) (answer bool)) *stand {
	s := newStand(t)
	s.config.Plan.Experiments = []string{"throughput"}
	var inTrial atomic.Bool
	s.thread.onRestart = func(n int) { inTrial.Store(n > 1) } // the first is the claim
	s.thread.reply = func(conn int, b []byte) bool { return !inTrial.Load() || misbehave(conn, b) }
	return s
}

func TestOneReplyInTenThousandIsCorrupted(t *testing.T) {
	t.Parallel()
	var replies atomic.Int64
	s := gated(t, func(_ int, b []byte) bool {
		if replies.Add(1)%10_000 == 64+100 { // the roll call's come first
			b[len(b)/2] ^= 1
		}
		return true
	})
	r := judged(t, s)
	assert.Equal(t, result.Withheld, r.Outcome)
	assert.Regexp(t, `^thread: \d+ connections failed under load: connection \d+, offset \d+: expected 0x`, r.Reason)
	assert.Positive(t, r.Contender.Errors.Mismatch)
	assert.Contains(t, s.out.String(), "withheld")
}

func TestServiceThatServesHalfIsNotRanked(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it waits for replies that never come")
	}
	s := gated(t, func(conn int, _ []byte) bool { return conn%2 == 0 })
	r := judged(t, s)
	assert.Equal(t, result.Bound, r.Outcome)
	assert.Contains(t, r.Reason, "of 64 clients 32 were answered")
	assert.Zero(t, r.Ratio)
}

// All are answered once, and half of them never again.
func TestServiceThatServesHalfUnderLoadIsWithheld(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it waits for replies until they are overdue")
	}
	var asked [64]atomic.Int64
	s := gated(t, func(conn int, _ []byte) bool { return asked[conn%64].Add(1) == 1 || conn%2 == 0 })
	s.thread.onRestart = chain(s.thread.onRestart, func(int) {
		for i := range asked {
			asked[i].Store(0)
		}
	})
	r := judged(t, s)
	assert.Equal(t, result.Withheld, r.Outcome)
	assert.Contains(t, r.Reason, "thread: 32 connections failed under load: ")
	assert.Equal(t, 32, r.Contender.Errors.Timeout)
}

func TestServiceThatFreezesInARunIsWithheld(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	const window, freeze = 3 * time.Second, 1400 * time.Millisecond
	s := loaded(t, asItIs, nil)
	s.config.Plan.Load.Cells[0].Window, s.config.Plan.Factor = window, 1
	var mu sync.Mutex
	replies := 0
	s.thread.reply = func(int, []byte) bool {
		mu.Lock()
		defer mu.Unlock()
		if replies++; replies == 300 {
			time.Sleep(freeze) // nobody is answered meanwhile
		}
		return true
	}
	s.thread.onRestart = func(int) {
		mu.Lock()
		replies = 0
		mu.Unlock()
	}
	r := judged(t, s)
	assert.Equal(t, result.Withheld, r.Outcome)
	assert.Contains(t, reasons(r), "thread: stalled: ")
}

func chain(first, second func(int)) func(int) { return func(n int) { first(n); second(n) } }

// pinned gives a run's client a CPU of its own, and the services another one if there is any.
func (s *stand) pinned(t *testing.T) (client int) {
	allowed, err := pin.Allowed()
	require.NoError(t, err)
	s.config.Pinned = nil
	s.config.Pinning = pin.Choice{Client: allowed[0], Servers: []int{allowed[len(allowed)-1]}}
	return allowed[0]
}

func TestClientStarvedOfCPUIsWithheld(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a starved client is slow")
	}
	for _, c := range []struct{ experiment, reason string }{
		{"throughput", "nobody was the bottleneck: "},
		{"rate", "it was no open loop"},
	} {
		s := newStand(t)
		s.config.Plan.Experiments = []string{c.experiment}
		s.epoll.cpu, s.thread.cpu = 1e-3, 1e-3
		burn(t, 8, s.pinned(t))
		r := judged(t, s)
		assert.Equal(t, result.Withheld, r.Outcome)
		assert.Contains(t, reasons(r), c.reason)
	}
}

// The probes find a CPU that is slower for what runs beside, or the ticks say that something does.
func TestBurnerBesideATrialHasItMadeAgainAndMarked(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a whole run")
	}
	s := newStand(t)
	s.config.Plan.Experiments = []string{"latency"}
	s.epoll.cpu, s.thread.cpu = 0, 0 // they run in this process, whose CPU time is known
	burn(t, 2, -1)
	r := judged(t, s)
	assert.Contains(t, r.Disturbed, "the machine was not quiet: ")
	assert.Contains(t, r.Rerun, "the machine was not quiet: ", "it was made again")
	assert.Contains(t, s.out.String(), "made again: thread (the machine was not quiet: ")
	assert.NotEqual(t, result.Failed, r.Outcome, "and kept")
	s.thread.mu.Lock()
	defer s.thread.mu.Unlock()
	assert.Equal(t, 4, s.thread.restarts, "claimed, the trial, the trial again, given back")
}

// loaded is a stand whose only experiment has 8 clients of a test's own on each side.
func loaded(t *testing.T, client func(*engine.Group) experiment.Conns, meanwhile func()) *stand {
	s := asking(t, experiment.Experiment{Metric: result.Rate})
	own := s.config.Plan.Load
	own.Cells = []experiment.Cell{{Connections: 8, Window: 200 * time.Millisecond}}
	own.Open = func(ctx context.Context, e experiment.Engines, side experiment.Address, c experiment.Cell) (experiment.Conns, error) {
		theirs, err := e.Engine("own", engine.Options{})
		if err != nil {
			return nil, err
		}
		g, err := theirs.Dial(ctx, side(protocol.Echo), c.Connections)
		if err != nil {
			return nil, err
		}
		return client(g), nil
	}
	own.Load = func(ctx context.Context, _ *engine.Engine, s experiment.Sides, c experiment.Cell) (engine.Paired, error) {
		if meanwhile != nil {
			meanwhile()
		}
		return engine.Pair(ctx, s.Contender, s.Reference, engine.Plan{Time: c.Window, Connections: c.Connections})
	}
	return s
}

func asItIs(g *engine.Group) experiment.Conns { return g }

// weak is a client whose CPU is a thousand times slower: a microsecond more for each reply is a millisecond to it.
type weak struct{ *engine.Group }

func (w weak) Spin(d time.Duration) error { return w.Group.Spin(1000 * d) }

func TestClientSlowerThanTheServerIsFoundByCause(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a whole run")
	}
	s := loaded(t, func(g *engine.Group) experiment.Conns { return weak{g} }, nil)
	s.config.Plan.Load.Saturates = true
	r := judged(t, s)
	assert.Contains(t, r.Contender.ClientBound, "client-bound: with a client slower by 1µs a reply the rate falls by ")
	assert.Contains(t, r.Reference.ClientBound, "client-bound: ", "a ratio to a reference that the client limits is as wrong")
	assert.Len(t, r.Spun, 3)
}

// forgetful is a client that loses samples.
type forgetful struct {
	*engine.Group
	says bool // that it does
}

func (f forgetful) Slice(discard, measure time.Duration) (engine.Slice, error) {
	s, err := f.Group.Slice(discard, measure)
	if f.says {
		s.Lost++
		return s, err
	}
	h := hdrhistogram.New(1, int64(time.Minute), 3)
	if s.Latency != nil && s.Latency.TotalCount() > 1 {
		_ = h.RecordValues(1000, s.Latency.TotalCount()-1)
	}
	s.Latency, s.Service = h, h
	return s, err
}

func TestHistogramThatDropsIsWithheld(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a whole run")
	}
	r := judged(t, loaded(t, func(g *engine.Group) experiment.Conns { return forgetful{g, true} }, nil))
	assert.Equal(t, result.Withheld, r.Outcome)
	assert.Regexp(t, `thread: \d+ samples were too large for their histogram, or negative`, reasons(r))
	r = judged(t, loaded(t, func(g *engine.Group) experiment.Conns { return forgetful{g, false} }, nil))
	assert.Equal(t, result.Withheld, r.Outcome)
	assert.Regexp(t, `thread: the histogram holds \d+ samples of \d+ replies`, reasons(r))
}

func TestFullBacklogIsWithheld(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a whole run")
	}
	before, err := gate.ReadCounters()
	require.NoError(t, err)
	if _, known := before.Events["ListenOverflows"]; !known {
		t.Skip("this kernel does not count them")
	}
	r := judged(t, loaded(t, asItIs, func() { overflow(t) }))
	assert.Equal(t, result.Withheld, r.Outcome)
	assert.Contains(t, reasons(r), "the network dropped or repeated something: the kernel's counters moved, ")
	assert.Contains(t, reasons(r), "ListenOverflows by ")
}

// overflow fills the backlog of a listener that nobody accepts from.
func overflow(t *testing.T) {
	socket := func() int {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		require.NoError(t, err)
		t.Cleanup(func() { _ = unix.Close(fd) })
		return fd
	}
	l := socket()
	require.NoError(t, unix.Bind(l, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, unix.Listen(l, 0))
	addr, err := unix.Getsockname(l)
	require.NoError(t, err)
	for range 8 {
		if err := unix.Connect(socket(), addr); err != nil {
			require.ErrorIs(t, err, unix.EINPROGRESS)
		}
	}
}
