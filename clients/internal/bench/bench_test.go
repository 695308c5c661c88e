package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

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
	assert.Len(t, all, len(experiments()))
	some, err := chosen("^(engine|epoll)-64$")
	require.NoError(t, err)
	require.Len(t, some, 2)
	assert.Equal(t, "epoll-64", some[0].name, "in the list's order")
	_, err = chosen("nothing")
	require.ErrorContains(t, err, "choose from epoll-64, epoll-1000")
	_, err = chosen("(")
	require.ErrorContains(t, err, "-only: error parsing regexp")
	require.ErrorContains(t, run(context.Background(), 0, ""), "-rounds 0")
}

func TestEveryExperimentHasANameAndFigures(t *testing.T) {
	seen, what := map[string]bool{}, map[string]bool{}
	text := listing(experiments())
	for _, e := range experiments() {
		assert.False(t, seen[e.name], "%s is listed twice", e.name)
		seen[e.name] = true
		assert.NotEmpty(t, e.figures, e.name)
		for _, f := range e.figures {
			assert.Positive(t, f.bar, e.name)
			assert.False(t, what[f.what], "two figures say %q", f.what)
			what[f.what] = true
			assert.Regexp(t, "(?m)^  "+e.name+" +"+regexp.QuoteMeta(f.what)+" +at (least|most) [0-9.]+( KB)?$", text)
			assert.LessOrEqual(t, len(f.what), 58, "%s: %q is wider than the table's column", e.name, f.what)
		}
	}
	for _, m := range memories {
		assert.GreaterOrEqual(t, len(m.herds), 3, "a slope through two points hides a bend")
		assert.True(t, slices.IsSorted(m.herds), m.service)
	}
}

func TestRaceGivesAValueForEachFigure(t *testing.T) {
	r := race{ours: service("a"), theirs: inC("b"), connections: 64, rate: 0.9, cpu: 1}
	assert.Equal(t, []figure{
		{what: "a / C b, 64 connections, round trips", bar: 0.9},
		{what: "a / C b, 64 connections, CPU a request", bar: 1, atMost: true},
	}, r.figures())
	assert.Equal(t, []float64{2, 3}, r.values(2, 3))
	r.cpu = 0
	assert.Len(t, r.figures(), 1)
	assert.Equal(t, []float64{2}, r.values(2, 3))
	r.rate, r.cpu = 0, 1
	assert.True(t, r.figures()[0].atMost)
	assert.Equal(t, []float64{3}, r.values(2, 3))
}

func TestTally(t *testing.T) {
	var sum tally
	for _, reached := range []bool{true, false, true} {
		sum.add(reached, false)
	}
	sum.missing = 4
	assert.Equal(t, "2 figures reached their bars, 1 did not, 4 were not measured", sum.String())
	sum.add(true, true)
	assert.Equal(t, "3 figures reached their bars, 1 did not, 4 were not measured; 1 decide nothing, since other programs took CPU meanwhile", sum.String())
}

func TestABusyMachineIsSaid(t *testing.T) {
	assert.Empty(t, remark([]float64{0.01, 0, 0.04}), "the mean counts")
	assert.Equal(t, ", on a busy machine: other programs took 20 % of a CPU", remark([]float64{0.5, 0, 0.1}))
	b := newTestBench(t)
	share, err := b.taken()
	require.NoError(t, err)
	assert.GreaterOrEqual(t, share, 0.0)
	assert.Less(t, share, 1.0)
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

// Every echo server that a service is held against says where it listens, and echoes in order
// what many ask, and more than a socket's buffers hold.
func TestEchoYardsticks(t *testing.T) {
	for _, y := range []side{inC("epoll"), inC("thread"), inC("uring"), inGo("netecho")} {
		t.Run(y.label, func(t *testing.T) {
			b := newTestBench(t)
			s, err := y.start(b)
			if err != nil && regexp.MustCompile(`apt-get install|"io_uring`).MatchString(err.Error()) {
				t.Skip(err) // no compiler, no liburing, or a kernel that refuses io_uring
			}
			require.NoError(t, err)
			t.Cleanup(s.stop)
			for _, load := range []struct{ bytes, clients int }{{requestBytes, 300}, {8 << 20, 3}} {
				e, err := engine.New(engine.Options{CPU: -1, Traffic: engine.Echo(load.bytes)})
				require.NoError(t, err)
				t.Cleanup(e.Close)
				g, err := e.Dial(context.Background(), s.addr, load.clients)
				require.NoError(t, err)
				t.Cleanup(g.Close)
				answered, err := g.Check(context.Background(), 20*time.Second)
				require.NoError(t, err)
				assert.Equal(t, load.clients, answered)
			}
		})
	}
}

func TestStoppingAServerEndsItsChildren(t *testing.T) {
	b := newTestBench(t)
	s, err := b.start("/bin/sh", "-c", `sleep 600 & echo "sh: listening on 127.0.0.1: echo 1" >&2; echo "child $!" >&2; wait`)
	require.NoError(t, err)
	t.Cleanup(s.stop)
	require.Eventually(t, func() bool { return s.last.Load() != nil }, 10*time.Second, time.Millisecond)
	said := s.explain(errors.New("refused"))
	require.ErrorContains(t, said, "refused; its last words: child ")
	child, err := strconv.Atoi(regexp.MustCompile(`\d+$`).FindString(said.Error()))
	require.NoError(t, err)
	require.NoError(t, unix.Kill(child, 0))
	s.stop()
	assert.Eventually(t, func() bool { return !alive(child) }, 10*time.Second, time.Millisecond)
}

// alive is false for a zombie, too: nobody may be there to reap an orphan in a container.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(rest, "Z")
}

func TestWhatCannotBeMeasuredIsSaid(t *testing.T) {
	b := newTestBench(t)
	t.Setenv("CC", "no-such-compiler")
	_, err := b.yardstick("epoll")
	require.ErrorContains(t, err, "need a C compiler, and there is no no-such-compiler here")
	_, err = b.startService("no-such-service", "echo")
	require.EqualError(t, err, "there is no services/no-such-service")
	_, err = b.goYardstick("no-such-program")
	require.ErrorContains(t, err, "go build")
	require.ErrorContains(t, hint(errors.New("uring.c:1:10: fatal error: liburing.h: No such file or directory")), "apt-get install liburing-dev")
	require.ErrorContains(t, hint(errors.New("ld: cannot find -luring")), "apt-get install liburing-dev")
	other := errors.New("error: expected ';'")
	require.Equal(t, other, hint(other))
	require.NoError(t, hint(nil))
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
