package engine

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"
)

// Group is a number of connections to one address, driven together. It has an
// epoll set of its own, so that loading it never wakes for another group.
type Group struct {
	e       *Engine
	addr    string
	epfd    int
	script  script
	conns   []conn
	sent    []int64  // send times, a ring of Options.Pipeline for each connection
	pieces  [][]byte // HTTP: each connection's reply so far, where it did not come in one piece
	page    page     // HTTP: what each reply must equal
	each    []uint32 // each connection's replies in the measured part, for Slice.Each
	buffers int      // bytes that a socket may hold in each direction; 0: the kernel's choice
	latency *hdrhistogram.Histogram
	total   atomic.Uint64
	paced   *pace // how requests come due; nil: a closed loop without think time
	spin    int64 // ns that the client spins for each reply

	partial     bool // the server need not answer everybody
	open        int  // connections that have not failed
	outstanding int  // requests without a reply, on all of them

	// Of the stretch of load that runs, or ran last:
	stretch   uint32
	sending   bool  // each reply is followed by the next request at once
	pace      *pace // paced, while such a stretch runs
	measuring bool
	from      int64  // when the measured part began; never before that
	series    series // of the measured part
	longest   int64  // response since then
	lost      uint64 // samples that a histogram could not take
	now       int64  // after the last batch of events
	watched   int64  // when overdue replies are looked for next
	before    uint64 // replies of earlier stretches
	replies   uint64
	measured  uint64
	answering int
	errors    Errors
}

// The longest response time that a histogram takes, and its precision: three
// significant digits.
const (
	maxLatency = int64(10 * time.Minute)
	digits     = 3
)

// newHistogram holds response times in nanoseconds.
func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, maxLatency, digits) }

// Len is the number of connections that are open; those that failed don't count.
func (g *Group) Len() int {
	n := 0
	_ = g.e.do(func() { n = g.open })
	return n
}

// Addr is the address that the group was dialled to.
func (g *Group) Addr() string { return g.addr }

// Replies is the number of replies so far; it may be read while the group is loaded.
func (g *Group) Replies() uint64 { return g.total.Load() }

// ServesSome declares that the server by nature serves only some of its
// connections at a time, as an iterative one does: silence on the others is no
// error, and their requests stay outstanding from one slice to the next. Call it
// before the first slice.
func (g *Group) ServesSome() { _ = g.e.do(func() { g.partial = true }) }

// Check calls the roll: one round trip on every connection within that time.
// It returns how many answered. Silence is no error; a connection that fails
// (a wrong reply, a reset, an end of file) is one.
func (g *Group) Check(ctx context.Context, within time.Duration) (answered int, err error) {
	stop, release := stopWith(ctx)
	defer release()
	var s Slice
	if err := g.e.do(func() { s = g.roll(within, stop) }); err != nil {
		return 0, err
	}
	if s.Errors.Total() > 0 {
		return s.Answering, fmt.Errorf("roll call of %s: %s", g.addr, s.Errors)
	}
	return s.Answering, context.Cause(ctx)
}

// Slice loads the group: it asks on all connections, throws away what comes
// (open loop: what is due) within discard, measures for measure, stops asking and
// takes in what is owed. Users who think begin anew in each slice, in the midst of a
// pause, so discard a think time at least. Connections that failed are in its Errors; it returns an error itself
// when none is left open.
func (g *Group) Slice(discard, measure time.Duration) (Slice, error) {
	return g.load(discard, measure, new(atomic.Bool))
}

func (g *Group) load(discard, measure time.Duration, stop *atomic.Bool) (Slice, error) {
	var s Slice
	open := 0
	if err := g.e.do(func() { s, open = g.drive(discard, measure, stop), g.open }); err != nil {
		return s, err
	}
	if open == 0 {
		return s, fmt.Errorf("no connection to %s is left: %s", g.addr, s.Errors)
	}
	return s, nil
}

// Close resets all connections.
func (g *Group) Close() { _ = g.e.do(g.release) }

func (g *Group) release() {
	for i := range g.conns {
		if c := &g.conns[i]; c.fd >= 0 {
			_ = unix.Close(int(c.fd)) // with SO_LINGER of 0: a reset
			c.fd, c.out = -1, 0
		}
	}
	g.open, g.outstanding = 0, 0
	if g.epfd >= 0 {
		_ = unix.Close(g.epfd)
		g.epfd = -1
	}
}

// stopWith returns a flag that is set when the context ends.
func stopWith(ctx context.Context) (*atomic.Bool, func() bool) {
	stop := new(atomic.Bool)
	return stop, context.AfterFunc(ctx, func() { stop.Store(true) })
}
