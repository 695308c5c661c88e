package engine

import (
	"context"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func spawn(t *testing.T, opts Options) *Worker {
	t.Helper()
	w, err := Spawn(context.Background(), opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func TestWorkerRoundTrip(t *testing.T) {
	ctx := context.Background()
	addr := serving(t, honest)
	w := spawn(t, Options{CPU: -1, Traffic: Echo(100), Pipeline: 2})
	_, err := w.Slice(short, longer)
	require.ErrorContains(t, err, "dial first")
	require.NoError(t, w.Dial(ctx, addr, 12))
	require.ErrorContains(t, w.Dial(ctx, addr, 12), "a group is open")
	n, err := w.Check(ctx, time.Second)
	require.NoError(t, err)
	assert.Equal(t, 12, n)

	p, err := Pair(ctx, w, dial(t, start(t, Options{}), addr, 12), Plan{Time: 1, Warm: short, Discard: short, Measure: longer})
	require.NoError(t, err)
	assert.Positive(t, p.Ratio)
	assert.Zero(t, p.Contender.Errors.Total(), p.Contender.Errors)
	assert.EqualValues(t, p.Contender.Requests, p.Contender.Latency.TotalCount(), "the histogram comes along")
	assert.Positive(t, p.Contender.ClientCPU)
	assert.Equal(t, 12, p.Contender.Answering)

	require.NoError(t, w.CloseGroup(ctx))
	require.NoError(t, w.Dial(ctx, addr, 1))
	require.NoError(t, w.Close())
	require.NoError(t, w.Close(), "closing twice is harmless")
	_, err = w.Slice(short, longer)
	require.ErrorContains(t, err, "ended while it was to")
}

func TestWorkerInAnOpenLoop(t *testing.T) {
	ctx := context.Background()
	w := spawn(t, Options{CPU: -1, Arrivals: Fixed(1000)})
	require.NoError(t, w.Dial(ctx, serving(t, honest), 4))
	for _, rate := range []uint64{1000, 500} {
		require.NoError(t, w.Arrive(ctx, Fixed(float64(rate))))
		s, err := w.Slice(short, 40*time.Millisecond)
		require.NoError(t, err)
		assert.Equal(t, rate*40/1000, s.Planned)
		assert.EqualValues(t, s.Planned, s.Latency.TotalCount())
		assert.NotSame(t, s.Latency, s.Service)
		assert.LessOrEqual(t, s.Lateness.TotalCount(), int64(s.Planned))
	}
	require.NoError(t, w.Arrive(ctx, Closed()))
	s, err := w.Slice(short, longer)
	require.NoError(t, err)
	assert.Zero(t, s.Planned)
	require.ErrorContains(t, w.Arrive(ctx, Fixed(-1)), "-1 requests per second")
}

func TestWorkerSaysWhatIsWrong(t *testing.T) {
	ctx := context.Background()
	w := spawn(t, Options{CPU: -1, Timeout: 30 * time.Millisecond})
	require.ErrorContains(t, w.Dial(ctx, "127.0.0.1:nothing", 1), "the port must be")
	require.ErrorContains(t, w.Dial(ctx, "127.0.0.1:1", 50_000_000), "RLIMIT_NOFILE")
	require.NoError(t, w.Dial(ctx, serving(t, silent), 2))
	_, err := w.Slice(short, short)
	require.ErrorContains(t, err, "timeout 2")

	_, err = Spawn(ctx, Options{Pipeline: -1})
	require.ErrorContains(t, err, "pipeline of -1")
	_, err = Spawn(ctx, Options{CPU: 1000})
	require.ErrorContains(t, err, "ended while it was to")
	_, err = Start(ctx, "/no/such/client")
	require.ErrorContains(t, err, "start worker /no/such/client")
}

func TestWorkerIsEndedByItsContext(t *testing.T) {
	w := spawn(t, Options{CPU: -1, Timeout: time.Hour})
	require.NoError(t, w.Dial(context.Background(), serving(t, silent), 1))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := w.Check(ctx, time.Hour)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Error(t, w.Close(), "it was killed")
}

func TestServeAnswersUnknownRequests(t *testing.T) {
	var out strings.Builder
	in := strings.NewReader("\nhello\nhello you\nslice 1 2\ndial x\ndial 127.0.0.1:1 many\n")
	require.NoError(t, serve(in, &out, Options{CPU: -1}))
	assert.Equal(t, []string{
		"error an empty request", "ok", "error hello: dial first", "error slice: dial first",
		"error dial: dial first", `error dial: strconv.Atoi: parsing "many": invalid syntax`, "",
	}, strings.Split(out.String(), "\n"))
	require.Error(t, serve(in, io.Discard, Options{Pipeline: -1}))
}

func TestSlicesKeepTheirValuesOnTheWire(t *testing.T) {
	s := Slice{
		Requests: 10, Total: 12, Seconds: 0.025, ClientCPU: 7 * time.Millisecond, Answering: 3, Latency: newHistogram(),
		Service: newHistogram(),
		Timing:  Timing{Planned: 9, Sent: 8, Unanswered: 2, Thinking: 3 * time.Second, Lateness: newHistogram()},
		Each:    []uint32{0, 1, 127, 128, 1<<32 - 1},
		Evidence: Evidence{
			Wall: 31 * time.Millisecond, Longest: 30 * time.Millisecond, Lost: 5, Overhang: -time.Second,
			Parts: []Part{{10, 0.00125}, {0, 0.00375}},
		},
		Errors: Errors{Mismatch: 1, Closed: 2, Reset: 3, Timeout: 4, Connect: 5, Status: 6, Other: 7, First: "connection 1: \"x\"\n"},
	}
	for v := range int64(10) {
		require.NoError(t, s.Latency.RecordValue(v*12345))
		require.NoError(t, s.Service.RecordValue(v*345))
		require.NoError(t, s.Lateness.RecordValue(v*5))
	}
	line, err := s.encode()
	require.NoError(t, err)
	require.NotContains(t, line, "\n")
	got, err := decodeSlice(line)
	require.NoError(t, err)
	for name, h := range s.histograms() {
		assert.True(t, (*h).Equals(*got.histograms()[name]), name)
		*h, *got.histograms()[name] = nil, nil
	}
	assert.Equal(t, s, got)

	closed := Slice{Latency: newHistogram()}
	closed.Service = closed.Latency
	line, err = closed.encode()
	require.NoError(t, err)
	assert.NotContains(t, line, "service=", "the same histogram goes once")
	got, err = decodeSlice(line)
	require.NoError(t, err)
	assert.Same(t, got.Latency, got.Service)

	for _, bad := range []string{"requests=x", "requests=-1", "what=1", "latency=!", "first=unquoted", "parts=1", "parts=x:1", "each=!", "each=gA=="} {
		_, err := decodeSlice(bad)
		assert.ErrorContains(t, err, "a worker's answer", bad)
	}
}

func TestOptionsKeepTheirValuesAsArguments(t *testing.T) {
	for _, o := range []Options{
		{CPU: 3, Traffic: Echo(5), Pipeline: 4, Timeout: time.Minute, Partial: true, Sources: []netip.Addr{netip.MustParseAddr("127.0.0.9")}},
		{CPU: -1, Traffic: Get("host:80", "/x?y=z"), Pipeline: 1, Timeout: time.Second},
		{CPU: -1, Traffic: Echo(64), Pipeline: 1, Timeout: time.Second, Arrivals: Poisson(12.5, 3)},
	} {
		got, err := parseArgs(o.args())
		require.NoError(t, err)
		assert.Equal(t, o, got)
	}
	for _, bad := range []string{"-cpu x", "-what 1", "-source y", "-arrivals z"} {
		_, err := parseArgs(strings.Fields(bad))
		assert.ErrorContains(t, err, "worker: "+bad)
	}
}
