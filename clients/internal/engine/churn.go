package engine

import (
	"context"
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"
)

// MaxChurn bounds the visits that a Churn makes at a time.
const MaxChurn = 1024

// Churn has clients come and go: connect, one request, its reply, close by
// reset, and the next at once, several at a time. It is a Side, whose Requests
// are visits that ended well. A response time goes from before the connect to the
// whole reply, a service time from the send to the reply, a connect time from the
// same beginning until the kernel says that the connection stands. It says so before
// the server accepts: that time tells of the backlog, not of the model.
//
// A visit that fails is counted, and its place stays empty until the next slice,
// so that a server that is gone is not asked 100,000 times a second. Options.Partial
// changes nothing: a server that serves one at a time serves each in its turn.
//
// A process that ends after its client does work in the other side's time: throw
// 25 ms away after each change (Plan.Discard) where a connection has one of its own.
type Churn struct {
	e       *Engine
	addr    string
	to      netip.AddrPort
	target  []byte   // as the kernel takes it
	sources [][]byte // likewise
	epfd    int
	script  script
	page    page // HTTP: what each reply must equal
	toEnd   bool // HTTP: a reply was ended by its connection
	visits  []visit
	made    int   // visits begun, ever
	spin    int64 // ns that the client spins for each visit that ended well

	latency, service, connects *hdrhistogram.Histogram

	// Of the slice that runs, or ran last:
	sending   bool
	measuring bool
	from      int64 // when the measured part began; never before that
	series    series
	longest   int64  // response since then
	lost      uint64 // samples that a histogram could not take
	flying    int    // visits under way
	now       int64  // after the last batch of events
	watched   int64  // when overdue replies are looked for next
	replies   uint64
	measured  uint64
	errors    Errors
	limit     error // what this client has no more of
}

// Churn prepares visits to host:port, at a time of them, 1 to MaxChurn; keep it
// below the server's backlog, for a connection request that is dropped comes again
// after a second. Options.Sources are taken in turn. A reset leaves no port in
// TIME_WAIT, but it does leave an entry in a connection-tracking table, for 10 s.
func (e *Engine) Churn(ctx context.Context, addr string, at int) (*Churn, error) {
	if at < 1 || at > MaxChurn {
		return nil, fmt.Errorf("churn at %s: %d visits at a time: choose 1 to %d", addr, at, MaxChurn)
	}
	if e.opts.Pipeline > 1 {
		return nil, fmt.Errorf("churn at %s: a pipeline of %d: a visit has one request", addr, e.opts.Pipeline)
	}
	if e.opts.Arrivals != Closed() {
		return nil, fmt.Errorf("churn at %s: arrivals %s: visits are a closed loop without think time", addr, e.opts.Arrivals)
	}
	to, err := e.reach(ctx, addr, at)
	if err != nil {
		return nil, err
	}
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("churn at %s: %w", addr, limitErr(0, "epoll_create1", err, to))
	}
	c := &Churn{
		e: e, addr: addr, to: to, target: rawAddr(to), epfd: epfd,
		script: e.opts.Traffic.script(1), visits: make([]visit, at),
		latency: newHistogram(), service: newHistogram(), connects: newHistogram(),
	}
	for _, s := range e.opts.Sources {
		c.sources = append(c.sources, rawAddr(netip.AddrPortFrom(s, 0)))
	}
	for i := range c.visits {
		c.visits[i].fd = -1
	}
	return c, nil
}

// Addr is where the visits go.
func (c *Churn) Addr() string { return c.addr }

// Slice has clients come and go for both times and measures in the second; then
// it lets those under way end. It returns an error where all places failed, and
// where this client lacks descriptors or ports (ErrDescriptors, ErrPorts).
func (c *Churn) Slice(discard, measure time.Duration) (Slice, error) {
	return c.load(discard, measure, new(atomic.Bool))
}

// Steady is one slice that ends early with its context, and then without an error.
func (c *Churn) Steady(ctx context.Context, warm, d time.Duration) (Measured, error) {
	stop, release := stopWith(ctx)
	defer release()
	m := newMeasured()
	s, err := c.load(warm, d, stop)
	m.alone(s)
	return m, err
}

func (c *Churn) load(discard, measure time.Duration, stop *atomic.Bool) (Slice, error) {
	var s Slice
	closed, left := false, 0
	if err := c.e.do(func() {
		if closed = c.epfd < 0; closed {
			return
		}
		s = c.drive(discard, measure, stop)
		for i := range c.visits {
			if !c.visits[i].failed {
				left++
			}
		}
	}); err != nil {
		return s, err
	}
	switch {
	case closed:
		return s, fmt.Errorf("churn at %s: it is closed", c.addr)
	case c.limit != nil:
		return s, fmt.Errorf("churn at %s: %w", c.addr, c.limit)
	case left == 0:
		return s, fmt.Errorf("churn at %s: all %d at a time failed: %s", c.addr, len(c.visits), s.Errors)
	}
	return s, nil
}

// Close ends it; no visit is under way between slices.
func (c *Churn) Close() {
	_ = c.e.do(func() {
		if c.epfd >= 0 {
			_ = unix.Close(c.epfd)
			c.epfd = -1
		}
	})
}

// drive is one slice: discard, measure, drain.
func (c *Churn) drive(discard, measure time.Duration, stop *atomic.Bool) Slice {
	cpu, began := threadCPU(), c.e.now()
	c.begin()
	for i := range c.visits {
		if c.limit == nil {
			c.visit(i)
		}
	}
	c.now = c.e.now()
	c.until(c.now+int64(discard), stop)
	from := c.now
	c.measuring, c.from = true, from
	c.series.begin(from, int64(measure))
	c.until(from+int64(measure), stop)
	to := c.now
	c.sending, c.measuring = false, false
	for c.flying > 0 && !stop.Load() { // each is answered, or overdue
		c.once(int64(patience))
	}
	s := Slice{
		Requests: c.measured, Total: c.replies, Latency: c.latency, Service: c.service, Connect: c.connects, Errors: c.errors,
		Seconds:  time.Duration(to - from).Seconds(),
		Evidence: Evidence{Longest: time.Duration(c.longest), Lost: c.lost, Parts: c.series.parts(to)},
	}
	for i := range c.visits {
		if v := &c.visits[i]; v.fd >= 0 {
			c.leave(v)
		}
		if c.visits[i].answered {
			s.Answering++
		}
	}
	s.ClientCPU, s.Wall = threadCPU()-cpu, time.Duration(c.e.now()-began)
	return s
}

func (c *Churn) begin() {
	c.sending, c.measuring = true, false
	c.replies, c.measured = 0, 0
	c.from, c.longest, c.lost = never, 0, 0
	c.errors, c.limit = Errors{}, nil
	c.latency.Reset()
	c.service.Reset()
	c.connects.Reset()
	for i := range c.visits {
		c.visits[i].failed, c.visits[i].answered = false, false
	}
}

// until turns the loop up to that time.
func (c *Churn) until(edge int64, stop *atomic.Bool) {
	for c.flying > 0 && c.limit == nil && c.now < edge && !stop.Load() {
		c.once(edge - c.now)
	}
}

// once takes one batch of events, as Group's does.
func (c *Churn) once(block int64) {
	e := c.e
	n := 0
	if c.flying > 1 {
		n = poll(c.epfd, e.events)
	}
	if n == 0 {
		block = min(block, int64(watch)) + int64(time.Millisecond) - 1
		n = wait(c.epfd, e.events, int(block/int64(time.Millisecond)))
	}
	for _, ev := range e.events[:n] {
		c.proceed(int(ev.Fd), ev.Events&^unix.EPOLLOUT != 0) // the place, not the descriptor
	}
	c.now = e.now()
	if c.now >= c.watched {
		c.watched = c.now + int64(watch)
		c.overdue()
	}
}

// overdue fails the visits that took longer than the time-out, after a last look:
// it may be this process that was kept from its CPU.
func (c *Churn) overdue() {
	limit := c.now - int64(c.e.opts.Timeout)
	for i := range c.visits {
		v := &c.visits[i]
		if v.fd < 0 || v.began >= limit {
			continue
		}
		number := v.number
		c.proceed(i, true)
		switch {
		case v.fd < 0 || v.number != number:
		case !v.connected:
			c.fail(v, &c.errors.Timeout, "not connected within %v (a full backlog drops connection requests)", c.e.opts.Timeout)
		default:
			c.fail(v, &c.errors.Timeout, "no reply within %v", c.e.opts.Timeout)
		}
	}
}

// fail counts an error and leaves the visit's place empty for this slice.
func (c *Churn) fail(v *visit, count *int, format string, args ...any) {
	*count++
	if c.errors.First == "" {
		c.errors.First = fmt.Sprintf("connection %d: ", v.number) + fmt.Sprintf(format, args...)
	}
	v.failed = true
	if v.fd >= 0 {
		c.leave(v)
	}
}

func (c *Churn) failErrno(v *visit, doing string, errno unix.Errno) {
	count := &c.errors.Other
	switch {
	case errno == unix.ECONNRESET || errno == unix.EPIPE:
		count = &c.errors.Reset
	case !v.connected:
		count = &c.errors.Connect
	}
	c.fail(v, count, "%s: %v", doing, errno)
}

// short is a shortage on this side: no visit can be made, and the slice ends.
func (c *Churn) short(v *visit, doing string, errno unix.Errno) {
	if c.limit == nil {
		c.limit = limitErr(c.made, doing, errno, c.to)
	}
	c.sending = false
	c.fail(v, &c.errors.Connect, "%s: %v", doing, errno)
}
