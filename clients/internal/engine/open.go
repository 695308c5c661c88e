package engine

// The open loop. Both the time at which a request is due and the connection
// that it is due on are settled before the first one is sent. Dealing requests
// to whichever connection is free would let the server choose: one that starves
// a connection would be asked once there, and never again, and the rest of what
// its client suffers would go to the others. Here a request whose connection has no room
// waits for it, as a user's next one does, and its response time runs from when
// it was due (Tene's "coordinated omission" is to leave that out; wrk2 counts
// the same way). Its service time runs from the send.
//
// A stall can't hide: every request that was due in the measured part is in the
// histogram of response times, once, answered or not. What was sent and
// has no answer when the stretch ends is booked as having taken until then;
// what was never sent, until its connection had room for it, or until the end. Those
// are lower bounds; Unanswered counts them.

// next is when the next request of connection i is due.
func (p *pace) next(i int) int64 { return p.start + int64(p.streams[i].at) }

// askDue sends what is due on connection i and has room. What waited for room
// is sent the moment there is some; otherwise the client itself is late.
func (g *Group) askDue(c *conn, i int, now int64, waited bool) {
	p := g.pace
	n, room := 0, g.e.opts.Pipeline-int(c.out)
	for ; n < room; n++ {
		due := p.next(i)
		if due > now || due >= p.edge {
			break
		}
		p.due[g.slot(c, i, n)] = due
		if due >= p.from {
			p.planned++
			if now < p.edge {
				p.achieved++
			}
			late := now - due
			if waited {
				late = 0
			}
			record(p.lateness, late, &g.lost)
		}
		p.streams[i].step(p.arrivals, len(g.conns))
	}
	if n > 0 {
		g.ask(c, i, n, now)
	}
}

// freedOpen uses the room that n replies made on connection i, or, when the
// stretch is over, books what waited for it.
func (g *Group) freedOpen(c *conn, i, n int, now int64) {
	p, k := g.pace, g.e.opts.Pipeline
	if !p.asking {
		g.unsent(i, now)
		return
	}
	if int(c.out)+n < k {
		return // it had room, so it is in the agenda
	}
	g.askDue(c, i, now, true)
	if c.fd >= 0 && int(c.out) < k {
		p.agenda.push(p.next(i), int32(i))
	}
}

// unsent books what connection i could not send: it would not have been
// answered before that time.
func (g *Group) unsent(i int, now int64) {
	p := g.pace
	for due := p.next(i); due < p.edge; due = p.next(i) {
		if due >= p.from {
			p.planned++
			p.unanswered++
			g.longest = max(g.longest, now-due)
			record(g.latency, now-due, &g.lost)
		}
		p.streams[i].step(p.arrivals, len(g.conns))
	}
}

// giveUp books what is outstanding on connection i as never answered.
func (g *Group) giveUp(c *conn, i int, now int64) {
	p, k := g.pace, g.e.opts.Pipeline
	for n := int(c.stale); n < int(c.out); n++ {
		at := int(c.head) + n
		if at >= k {
			at -= k
		}
		at += i * k
		if p.due[at] >= p.from {
			p.unanswered++
			g.longest = max(g.longest, now-p.due[at])
			record(g.latency, now-p.due[at], &g.lost)
			record(p.service, now-g.sent[at], &g.lost)
		}
	}
}

// failedPaced books what a connection owed that is given up.
func (g *Group) failedPaced(c *conn) {
	if !g.pace.arrivals.Open() {
		return
	}
	for i := range g.conns {
		if &g.conns[i] == c {
			g.giveUp(c, i, g.e.now())
		}
	}
}

// settle books all that was due and is not answered, at the end of a stretch.
func (g *Group) settle() {
	for i := range g.conns {
		c := &g.conns[i]
		if c.fd < 0 {
			g.unsent(i, g.pace.edge)
			continue
		}
		g.giveUp(c, i, g.now)
		g.unsent(i, max(g.now, g.pace.edge))
	}
}
