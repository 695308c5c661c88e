package engine

// A closed loop with think time: every reply is followed by a pause, and then
// its user's next request is due. What a user is late with is the client's
// fault alone, for there always is room.

// firstThoughts spreads the users of connection i over one think time, or draws
// each one's. A request that a server which serves only some still owes from an
// earlier stretch has its user, who waits for it.
func (g *Group) firstThoughts(c *conn, i int) {
	p, k := g.pace, g.e.opts.Pipeline
	for user := int(c.out); user < k; user++ {
		at := p.start + int64(float64(p.arrivals.think)*float64(user*len(g.conns)+i)/float64(k*len(g.conns)))
		if p.arrivals.random() {
			at = p.start + p.streams[i].thought(p.arrivals)
		}
		p.agenda.push(at, int32(i))
	}
}

// think lets n users of connection i think who have just had their replies.
func (g *Group) think(i, n int, now int64) {
	p := g.pace
	for range n {
		d := p.streams[i].thought(p.arrivals)
		if g.measuring {
			p.thinking += d
		}
		p.agenda.push(now+d, int32(i))
	}
}

func (g *Group) askThought(c *conn, i int, due, now int64) {
	p := g.pace
	p.due[g.slot(c, i, 0)] = due
	if g.measuring {
		record(p.lateness, now-due, &g.lost)
	}
	g.ask(c, i, 1, now)
}
