package building

import "time"

const (
	bitsOfSelect = 1024 // FD_SETSIZE
	surelyIn     = 900  // clients that select has bits for, whatever else is open
	beyondSelect = 1100
	fewFiles     = 48 // descriptors that the server may have in the case limit
	surelyInFew  = 24
	beyondFew    = 60
	manyFiles    = 4096                   // descriptors that it may have in that of select: more than a set has bits
	soon         = 300 * time.Millisecond // in which a server that can take a client has taken it
)

// selectLimit brings more clients than a set has bits.
func selectLimit() Case {
	return Case{
		Name: "limit", Title: "beyond descriptor 1,023 nobody is watched, those who are in are served, and who leaves makes room", Points: 4, Descriptors: manyFiles,
		run: func(p *play) {
			clients := p.besiege(beyondSelect, surelyIn)
			if served := surelyIn + p.servedOf(clients[surelyIn:]); served >= bitsOfSelect {
				p.fail("%d clients are served at the same time: select has bits for descriptors below %d, and the server itself has some", served, bitsOfSelect)
			}
			p.restsAtLimit()
			p.roomReturns(clients, 400)
		},
	}
}

// servedOf is how many of the clients are answered soon. The others wait, or were turned away.
func (p *play) servedOf(clients []*client) (n int) {
	for _, c := range clients {
		_ = c.write(p.spec.Frame([]byte("is there room")))
	}
	p.pause(soon)
	for _, c := range clients {
		var one [1]byte
		if got, _ := c.readWithin(one[:], time.Millisecond); got > 0 {
			n++
		}
	}
	p.note("%d of the last %d clients are served", n, len(clients))
	return n
}

// descriptorLimit brings more clients than the server may have descriptors.
func descriptorLimit() Case {
	return Case{
		Name: "limit", Title: "without a descriptor left those who are in are served, the server rests, and who leaves makes room", Points: 4, Descriptors: fewFiles,
		run: func(p *play) {
			clients := p.besiege(beyondFew, surelyInFew)
			p.restsAtLimit()
			p.roomReturns(clients, surelyInFew)
			for _, c := range clients[surelyInFew:] {
				c.leave()
			}
			p.nextIsServed()
		},
	}
}

// besiege connects so many clients, of whom the first ones must be served, before and after the others came.
func (p *play) besiege(all, in int) (clients []*client) {
	for i := range all {
		clients = append(clients, p.dial())
		if i < in {
			clients[i].ask([]byte("first"))
		}
	}
	for _, c := range clients[:in] {
		c.ask([]byte("still here"))
	}
	return clients
}

// restsAtLimit: a listener whose client can't be taken stays ready, and a loop that goes on asking about it never rests.
func (p *play) restsAtLimit() {
	if spent, over := p.idleCPU(); spent > over/2 {
		p.fail("with more clients than it can take, and nobody saying anything, the server used %v of CPU time in %v: it asks again and again about a listener that it can't serve", spent, over)
	}
}

// roomReturns has the first n leave. More are waiting than that, or fewer: somebody who waited must be served now, or a new one.
func (p *play) roomReturns(clients []*client, n int) {
	for _, c := range clients[:n] {
		c.leave()
	}
	p.note("%d clients have left", n)
	for end := p.deadline(); time.Now().Before(end); {
		if p.newcomerServed() {
			return
		}
	}
	p.fail("%d clients have left, and a new one isn't served within %v: room has returned, and the server doesn't ask about its listener again", n, patience)
}

// newcomerServed tries with one more client, who may be turned away.
func (p *play) newcomerServed() bool {
	c := p.dial()
	defer c.leave()
	ok, err := c.answered([]byte("is there room"), soon)
	return ok && err == nil
}

// idleCPU is how much CPU time the server uses while nobody says anything, and in what time that was.
func (p *play) idleCPU() (spent, over time.Duration) {
	p.pause(10 * quiet) // what was said before is done
	before, err := p.server.cpu()
	began := time.Now()
	p.pause(20 * quiet)
	after, afterErr := p.server.cpu()
	if err != nil || afterErr != nil {
		p.fail("the server's CPU time can't be read any more")
	}
	return after - before, time.Since(began)
}
