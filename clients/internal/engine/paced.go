package engine

import (
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// spin is how long before a due time the loop stops sleeping and looks all the
// time: a timer wakes it 60 us late at the median and 140 at the 99th percentile.
const spin = int64(150 * time.Microsecond)

// pace is what a group needs whose requests are due at times of their own: in
// an open loop, or after think times.
type pace struct {
	arrivals Arrivals
	agenda   agenda   // open: connections with room in their pipeline; think: users who think
	streams  []stream // one for each connection
	due      []int64  // due times of what is outstanding, beside Group.sent
	service  *hdrhistogram.Histogram
	lateness *hdrhistogram.Histogram
	loads    uint64 // stretches so far

	// Of the stretch that runs, or ran last:
	start, from, edge int64 // its begin, and the measured part
	asking            bool
	planned           uint64
	achieved          uint64
	unanswered        uint64
	thinking          int64
}

// Arrive sets when the requests of the next slices are due, in place of
// Options.Arrivals. The first slice after it has the seed's first schedule.
func (g *Group) Arrive(a Arrivals) error {
	if err := a.check(); err != nil {
		return err
	}
	return g.e.do(func() { g.arrive(a) })
}

func (g *Group) arrive(a Arrivals) {
	g.paced = nil
	if a.kind == closed {
		return
	}
	n, k := len(g.conns), g.e.opts.Pipeline
	entries := n
	if !a.Open() {
		entries = n * k
	}
	g.paced = &pace{
		arrivals: a, agenda: make(agenda, 0, entries), streams: make([]stream, n), due: make([]int64, n*k),
		service: newHistogram(), lateness: newHistogram(),
	}
}

// drivePaced is drive for requests that are due at times of their own.
func (g *Group) drivePaced(discard, measure time.Duration, stop *atomic.Bool) Slice {
	cpu, began := threadCPU(), g.e.now()
	g.begin()
	p := g.paced
	p.begin()
	g.now = g.e.now()
	p.start = g.now
	p.from = p.start + int64(discard)
	p.edge = p.from + int64(measure)
	g.pace = p
	g.schedule()
	g.paceUntil(p.from, stop)
	from := g.now
	overhang := -g.underWay(from)
	g.measure(p.edge - from)
	g.paceUntil(p.edge, stop)
	to := g.now
	overhang += g.underWay(to)
	if to < p.edge { // it was stopped, or nobody is left to ask
		p.edge = to + 1
	}
	g.dispatch()
	g.measuring, p.asking = false, false
	g.drain(stop)
	if p.arrivals.Open() {
		g.settle()
	}
	g.pace = nil

	s := g.result()
	s.Seconds = time.Duration(to - from).Seconds()
	s.Parts, s.Each = g.series.parts(to), g.shares()
	if !p.arrivals.Open() {
		s.Overhang = time.Duration(overhang)
	}
	s.ClientCPU, s.Wall = threadCPU()-cpu, time.Duration(g.e.now()-began)
	s.Service, s.Lateness = p.service, p.lateness
	s.Planned, s.Sent, s.Unanswered = p.planned, p.achieved, p.unanswered
	s.Thinking = time.Duration(p.thinking)
	return s
}

func (p *pace) begin() {
	p.asking = true
	p.planned, p.achieved, p.unanswered, p.thinking = 0, 0, 0, 0
	p.agenda = p.agenda[:0]
	p.service.Reset()
	p.lateness.Reset()
	if p.arrivals.random() {
		p.loads++
		seedStreams(p.streams, p.arrivals.seed, p.loads)
	}
}

// schedule puts everybody who has room into the agenda.
func (g *Group) schedule() {
	p := g.pace
	for i := range g.conns {
		c := &g.conns[i]
		if p.arrivals.Open() {
			p.streams[i].begin(p.arrivals, i, len(g.conns))
			if c.fd >= 0 && int(c.out) < g.e.opts.Pipeline {
				p.agenda.push(p.next(i), int32(i))
			}
		} else if c.fd >= 0 {
			g.firstThoughts(c, i)
		}
	}
}

// paceUntil turns the loop up to that time.
func (g *Group) paceUntil(edge int64, stop *atomic.Bool) {
	for g.open > 0 && g.now < edge && !stop.Load() {
		g.turn(edge)
	}
}

// turn takes one batch of events, and sends what comes due meanwhile: a batch
// may last for a millisecond. Near the next due time it does not sleep.
func (g *Group) turn(edge int64) {
	e := g.e
	n := poll(g.epfd, e.events)
	if n == 0 {
		if rest := min(g.pace.agenda.next(), edge) - g.now - spin; rest > 0 {
			n = waitFor(g.epfd, e.events, min(rest, int64(watch)))
		}
	}
	for i := range e.events[:n] {
		g.handle(&e.events[i])
		g.dispatch()
	}
	g.dispatch()
	g.tick()
}

// dispatch sends what is due and has room.
func (g *Group) dispatch() {
	p := g.pace
	for {
		now := g.e.now()
		at := p.agenda.next()
		if at > now || at >= p.edge {
			return
		}
		i := int(p.agenda[0].conn)
		c := &g.conns[i]
		if p.arrivals.Open() {
			g.askDue(c, i, now, false)
			if c.fd >= 0 && int(c.out) < g.e.opts.Pipeline {
				p.agenda.replace(p.next(i), int32(i))
			} else {
				p.agenda.pop()
			}
			continue
		}
		p.agenda.pop()
		if c.fd >= 0 {
			g.askThought(c, i, at, now)
		}
	}
}

// slot is the place of the request of connection i that is sent after that many more.
func (g *Group) slot(c *conn, i, more int) int {
	k := g.e.opts.Pipeline
	at := int(c.head+c.out) + more
	if at >= k {
		at -= k
	}
	return i*k + at
}

// answered books the reply to the request in that slot.
func (g *Group) answered(c *conn, slot int, now int64) {
	p := g.pace
	took := now - p.due[slot]
	if now >= g.from {
		g.longest = max(g.longest, took)
	}
	if g.measuring {
		g.count(c, now)
	}
	if p.arrivals.Open() && p.due[slot] >= p.from || !p.arrivals.Open() && g.measuring {
		record(g.latency, took, &g.lost)
		record(p.service, now-g.sent[slot], &g.lost)
	}
}

// freed goes on after n replies on connection i.
func (g *Group) freed(c *conn, i, n int, now int64) {
	p := g.pace
	switch {
	case p.arrivals.Open():
		g.freedOpen(c, i, n, now)
	case p.asking:
		g.think(i, n, now)
	}
}
