package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
)

func TestMain(m *testing.M) {
	engine.WorkerMain()
	os.Exit(m.Run())
}

func TestFigureIsHeldToItsBar(t *testing.T) {
	low := figure{what: "rate", bar: 0.94}
	assert.Regexp(t, `^rate +0\.93 +0\.91 \.\. 0\.95 +at least 0\.94 +reached$`, low.line([]float64{0.95, 0.91, 0.93}))
	assert.Regexp(t, `0\.92 +0\.91 \.\. 0\.93 +at least 0\.94 +NOT reached$`, low.line([]float64{0.91, 0.93}))
	high := figure{what: "memory", bar: 8, atMost: true, unit: " KB"}
	assert.Regexp(t, `^memory +9\.00 +8\.00 \.\. 10\.00 +at most 8\.00 KB +reached$`, high.line([]float64{8, 9, 10}))
	assert.Regexp(t, `NOT reached$`, high.line([]float64{8.1}))
	assert.Regexp(t, `^memory +- +- +at most 8\.00 KB +not measured: no compiler$`, high.missing(errors.New("no compiler")))
}

func TestExperimentsAreChosenByName(t *testing.T) {
	all, err := chosen("")
	require.NoError(t, err)
	assert.Len(t, all, 8)
	some, err := chosen("engine")
	require.NoError(t, err)
	assert.Len(t, some, 2)
	_, err = chosen("nothing")
	require.ErrorContains(t, err, "choose from server-64, server-1000")
	require.ErrorContains(t, run(context.Background(), 0, ""), "-rounds 0")
}

func TestSlopeAndMedian(t *testing.T) {
	assert.InDelta(t, 3, slope([]float64{200, 1000, 4000}, []float64{605, 3005, 12005}), 1e-9)
	assert.InDelta(t, 2, median([]float64{3, 1, 2}), 1e-9)
	assert.InDelta(t, 2.5, median([]float64{4, 1, 2, 3}), 1e-9)
}

func TestParseWrk(t *testing.T) {
	rate, err := parseWrk("  4 threads\nRequests/sec:  12345.67\nTransfer/sec: 1MB\n")
	require.NoError(t, err)
	assert.InDelta(t, 12345.67, rate, 1e-9)
	_, err = parseWrk("unable to connect")
	require.ErrorContains(t, err, "unable to connect")
}

func newTestBench(t *testing.T) *bench {
	t.Helper()
	b, err := newBench(context.Background())
	require.NoError(t, err)
	t.Cleanup(b.close)
	return b
}

// The C server and the C client must keep the contracts that the bench relies on.
func TestYardsticks(t *testing.T) {
	if _, err := compiler(); err != nil {
		t.Skip(err)
	}
	b := newTestBench(t)
	ctx := context.Background()
	s, err := b.startYardstick("epoll")
	require.NoError(t, err)
	t.Cleanup(s.stop)

	c, err := b.clientC(s, 20)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.ErrorContains(t, c.Dial(ctx, s.addr, 20), "close first")
	w, err := b.client(s, 20)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.Close() })
	p, err := pair(ctx, w, c, 20)
	require.NoError(t, err)
	for _, m := range []engine.Measured{p.Contender, p.Reference} {
		assert.Positive(t, m.Requests)
		assert.Greater(t, m.Total, m.Requests)
		assert.Equal(t, 20, m.Answering)
		assert.Positive(t, m.ClientCPU)
	}
	used, err := s.cpu()
	require.NoError(t, err)
	assert.Positive(t, used)

	require.NoError(t, c.CloseGroup(ctx))
	require.ErrorContains(t, c.Dial(ctx, "127.0.0.1:1", 5), "connect after 0 connections")

	// More than a socket's buffers hold: the server keeps what it owes, in order.
	large, err := engine.New(engine.Options{CPU: -1, Traffic: engine.Echo(8 << 20)})
	require.NoError(t, err)
	t.Cleanup(large.Close)
	g, err := large.Dial(ctx, s.addr, 3)
	require.NoError(t, err)
	t.Cleanup(g.Close)
	answered, err := g.Check(ctx, 20*time.Second)
	require.NoError(t, err)
	assert.Equal(t, 3, answered)

	h, err := b.startYardstick("http")
	require.NoError(t, err)
	t.Cleanup(h.stop)
	get, err := engine.New(engine.Options{CPU: -1, Traffic: engine.Get(h.addr, "/"), Pipeline: 3})
	require.NoError(t, err)
	t.Cleanup(get.Close)
	pages, err := get.Dial(ctx, h.addr, 10)
	require.NoError(t, err)
	t.Cleanup(pages.Close)
	slice, err := pages.Slice(time.Millisecond, 20*time.Millisecond)
	require.NoError(t, err)
	assert.Zero(t, slice.Errors.Total(), slice.Errors)
	assert.Equal(t, 10, slice.Answering)

	s.stop()
	_, err = w.Slice(time.Millisecond, time.Millisecond)
	require.ErrorContains(t, err, "no connection to")
}

func TestWhatCannotBeMeasuredIsSaid(t *testing.T) {
	b := newTestBench(t)
	t.Setenv("CC", "no-such-compiler")
	_, err := b.yardstick("epoll")
	require.ErrorContains(t, err, "need a C compiler, and there is no no-such-compiler here")
	_, err = b.service("no-such-service")
	require.ErrorContains(t, err, "go build")
	_, err = b.start("/bin/echo", "hello")
	require.ErrorContains(t, err, "start echo: it does not say where it listens")
	t.Setenv("PATH", "")
	_, err = wrkOnce(b)
	require.ErrorContains(t, err, "apt-get install wrk")
}

func TestMemoryOfThisProcess(t *testing.T) {
	kb, err := anonymous(os.Getpid())
	require.NoError(t, err)
	assert.Positive(t, kb)
	_, err = anonymous(1 << 30)
	require.ErrorContains(t, err, "read a server's memory")
	assert.False(t, strings.Contains(header, "%"))
}
