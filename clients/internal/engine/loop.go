package engine

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	never    = int64(1) << 62
	patience = 20 * time.Millisecond  // without a reply for this long, the drain of a partial group gives up
	watch    = 100 * time.Millisecond // how often overdue replies are looked for, and the longest wait
)

// drive is one stretch of load: discard, measure, drain.
func (g *Group) drive(discard, measure time.Duration, stop *atomic.Bool) Slice {
	if g.paced != nil {
		return g.drivePaced(discard, measure, stop)
	}
	cpu, began := threadCPU(), g.e.now()
	g.begin()
	g.sending = true
	g.askAll(g.e.opts.Pipeline)
	// The clock starts when everybody has asked: with 10,000 connections that takes 40 ms.
	g.now = g.e.now()
	g.until(g.now+int64(discard), stop)
	from := g.now
	before := g.underWay(from)
	g.measure(int64(measure))
	g.until(from+int64(measure), stop)
	to := g.now
	overhang := g.underWay(to) - before
	g.sending, g.measuring = false, false
	g.drain(stop)

	s := g.result()
	s.Seconds = time.Duration(to - from).Seconds()
	s.Parts, s.Each, s.Overhang = g.series.parts(to), g.shares(), time.Duration(overhang)
	s.ClientCPU, s.Wall = threadCPU()-cpu, time.Duration(g.e.now()-began)
	return s
}

// measure begins the measured part, which is to last that many nanoseconds.
func (g *Group) measure(length int64) {
	g.measuring, g.from = true, g.now
	g.series.begin(g.now, length)
}

// until turns the loop up to that time.
func (g *Group) until(edge int64, stop *atomic.Bool) {
	for g.open > 0 && g.now < edge && !stop.Load() {
		g.once(edge - g.now)
	}
}

// drain takes in the replies to what was asked. It ends when all are in, or
// overdue; where the server need not answer everybody (or nobody wants to wait
// any more), when no more come: what is outstanding then stays so.
func (g *Group) drain(stop *atomic.Bool) {
	seen, progress := g.replies, g.now
	for g.outstanding > 0 {
		g.once(int64(patience))
		if g.replies != seen {
			seen, progress = g.replies, g.now
		}
		if g.now-progress > int64(patience) && (g.partial || stop.Load()) {
			return
		}
	}
}

// roll asks once on each connection that has nothing outstanding and waits
// until all have answered, or for that long.
func (g *Group) roll(within time.Duration, stop *atomic.Bool) Slice {
	cpu := threadCPU()
	g.begin()
	g.now = g.e.now()
	edge := g.now + int64(within)
	g.askAll(1)
	seen, progress := g.replies, g.now
	for g.outstanding > 0 && g.now < edge && !stop.Load() {
		g.once(edge - g.now)
		if g.replies != seen {
			seen, progress = g.replies, g.now
		}
		if g.partial && g.now-progress > int64(10*patience) {
			break
		}
	}
	s := g.result()
	s.ClientCPU = threadCPU() - cpu
	return s
}

// askAll asks on each connection until that many requests are outstanding. It
// takes in replies on the way: 10,000 requests in one burst can overrun the
// kernel's queue of received packets (net.core.netdev_max_backlog, usually
// 1,000), and each one dropped there costs 200 ms and more.
func (g *Group) askAll(outstanding int) {
	const burst = 256
	for i := range g.conns {
		if c := &g.conns[i]; c.fd >= 0 && int(c.out) < outstanding {
			g.ask(c, i, outstanding-int(c.out), g.e.now())
		}
		if i%burst == burst-1 {
			g.once(0)
		}
	}
}

func (g *Group) begin() {
	g.stretch++
	g.before += g.replies
	g.sending, g.measuring = false, false
	g.replies, g.measured, g.answering = 0, 0, 0
	g.from, g.series = never, series{cut: never}
	g.longest, g.lost = 0, 0
	g.errors = Errors{}
	g.latency.Reset()
	for i := range g.conns {
		g.conns[i].stale = g.conns[i].out
		g.conns[i].measured = 0
	}
}

func (g *Group) result() Slice {
	return Slice{
		Requests: g.measured, Total: g.replies, Latency: g.latency, Service: g.latency, Answering: g.answering, Errors: g.errors,
		Evidence: Evidence{Longest: time.Duration(g.longest), Lost: g.lost},
	}
}

// once takes one batch of events; it blocks for at most that many nanoseconds,
// rounded up to milliseconds.
func (g *Group) once(block int64) {
	e := g.e
	n := 0
	if g.outstanding > 1 { // one is nearly always ready, and looking is cheaper than getting ready to block
		n = poll(g.epfd, e.events)
	}
	if n == 0 && block > 0 {
		block = min(block, int64(watch)) + int64(time.Millisecond) - 1
		n = wait(g.epfd, e.events, int(block/int64(time.Millisecond)))
	}
	for i := range e.events[:n] {
		g.handle(&e.events[i])
	}
	g.tick()
}

// handle does what one event asks for.
func (g *Group) handle(ev *unix.EpollEvent) {
	c := &g.conns[ev.Fd] // the connection's index, not its descriptor
	if ev.Events&unix.EPOLLOUT != 0 && c.fd >= 0 {
		g.flush(c, int(ev.Fd))
	}
	if ev.Events&^unix.EPOLLOUT != 0 && c.fd >= 0 {
		g.receive(c, int(ev.Fd))
	}
}

// tick ends a batch of events.
func (g *Group) tick() {
	g.now = g.e.now()
	g.total.Store(g.before + g.replies)
	if g.now >= g.watched && !g.partial {
		g.watched = g.now + int64(watch)
		g.overdue()
	}
}

// overdue fails the connections whose oldest request is older than the
// time-out. A reply that has come but was not read yet is read first: it may be
// this process that was kept from its CPU.
func (g *Group) overdue() {
	limit := g.now - int64(g.e.opts.Timeout)
	for i := range g.conns {
		c := &g.conns[i]
		if c.out == 0 || g.sent[i*g.e.opts.Pipeline+int(c.head)] >= limit {
			continue
		}
		g.receive(c, i)
		if c.out > 0 && g.sent[i*g.e.opts.Pipeline+int(c.head)] < limit {
			g.fail(c, &g.errors.Timeout, "connection %d: no reply within %v", i, g.e.opts.Timeout)
		}
	}
}
