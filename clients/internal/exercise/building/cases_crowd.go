package building

import (
	"fmt"
	"time"
)

// crowd is how many clients make one.
const crowd = 200

// crowdCases are about several clients, whatever the server is made of. None of them needs two served at the same time.
func crowdCases() []Case {
	return []Case{
		{Name: "connect-and-leave", Title: "clients that come and leave at once, by FIN and by RST, leave nothing behind", Points: 2, run: connectAndLeave},
		{Name: "reset-while-owed", Title: "a reset of somebody who is owed bytes ends that conversation alone", Points: 2, run: func(p *play) {
			ask, want := p.words(512<<10, 4, 4)
			for range 10 {
				c := p.dialNarrow()
				c.sendBeside(ask, false)
				c.expectAfter(ask, want[:4096])
				c.reset()
			}
			p.pause(quiet)
			p.nextIsServed()
		}},
	}
}

// together is for servers that serve all at the same time.
func together() Case {
	return Case{Name: "crowd", Title: "all of 200 clients that connect at the same instant are served, and stay", Points: 2, run: func(p *play) {
		messages := make([][]byte, crowd)
		for i := range messages {
			messages[i] = fmt.Appendf(nil, "client %d", i)
		}
		clients := make([]*client, crowd)
		p.together(crowd, func(i int) {
			clients[i] = p.dial()
			clients[i].ask(messages[i])
		})
		p.together(crowd, func(i int) {
			clients[i].ask(messages[i])
			clients[i].end()
		})
	}}
}

// nextIsServed is how a case asks whether the server has survived it.
func (p *play) nextIsServed() {
	if p.folder.Exercise.pooled { // who comes while those who left are still in the queue may be turned away
		for end := p.deadline(); time.Now().Before(end) && !p.newcomerServed(); {
			p.pause(quiet)
		}
	}
	c := p.dial()
	c.ask([]byte("the next client"))
	c.end()
	c.leave()
}

func connectAndLeave(p *play) {
	p.nextIsServed()
	before := p.descriptors()
	for i := range 100 {
		c := p.dial()
		if i%2 == 0 {
			c.leave()
		} else {
			c.reset()
			c.leave()
		}
	}
	p.nextIsServed()
	after := p.descriptors()
	for end := p.deadline(); after > before && time.Now().Before(end); after = p.descriptors() {
		p.pause(quiet)
	}
	if after > before {
		p.fail("100 clients have come and left, and the server has %d descriptors open, %d before: it forgot to close some", after, before)
	}
}

// descriptors is how many the server has open.
func (p *play) descriptors() int {
	n, err := procFS.Descriptors(p.server.PID())
	if err != nil {
		p.fail("counting the server's descriptors: %v", err)
	}
	return n
}
