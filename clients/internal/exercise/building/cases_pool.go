package building

import (
	"errors"
	"io"
	"syscall"
)

// poolCases are about who is served, who waits, and who is turned away.
func poolCases() []Case {
	return []Case{
		{Name: "workers", Title: "as many clients are served at the same time as there are threads", Points: 2, run: func(p *play) {
			clients := p.seated(p.spec.Workers)
			for range 3 {
				for _, c := range clients {
					c.ask(p.word(8))
				}
			}
		}},
		{Name: "queue", Title: "the next ones wait in the queue, and are served in their order when others leave", Points: 3, run: func(p *play) {
			seated := p.seated(p.spec.Workers)
			waiting := p.queued()
			for i, c := range waiting {
				leaves := append(seated, waiting...)[i]
				leaves.end()
				leaves.leave()
				c.expect(p.spec.Frame(p.spec.Answer([]byte("I wait"))))
				for _, later := range waiting[i+1:] {
					later.stillWaits()
				}
			}
		}},
		{Name: "limit", Title: "who finds the queue full is closed at once; who leaves makes room", Points: 4, run: func(p *play) {
			seated := p.seated(p.spec.Workers)
			waiting := p.queued()
			for range 3 {
				p.dial().turnedAway()
			}
			waiting[0].stillWaits()
			seated[0].end()
			seated[0].leave()
			waiting[0].expect(p.spec.Frame(p.spec.Answer([]byte("I wait"))))
			p.pause(quiet)
			late := p.dial()
			late.send(p.spec.Frame([]byte("I wait")))
			late.stillWaits()
			p.dial().turnedAway()
		}},
	}
}

// seated connects n clients whom the pool serves.
func (p *play) seated(n int) (clients []*client) {
	for range n {
		c := p.dial()
		c.ask([]byte("I am served"))
		clients = append(clients, c)
	}
	return clients
}

// queued fills the queue with clients who have asked something.
func (p *play) queued() (clients []*client) {
	for range p.spec.Queue {
		c := p.dial()
		c.send(p.spec.Frame([]byte("I wait")))
		c.stillWaits()
		clients = append(clients, c)
	}
	return clients
}

// stillWaits fails if anything comes, or the connection ends, for a moment.
func (c *client) stillWaits() {
	var one [1]byte
	from := c.p.now()
	n, err := c.readWithin(one[:], quiet)
	if n > 0 || !timedOut(err) {
		c.fail("it should wait in the queue (%d are served, %d may wait), and got %s", c.p.spec.Workers, c.p.spec.Queue, came(one[:n], c.say(err)))
	}
	c.ends(from, err)
}

// turnedAway expects the connection to be closed without a word.
func (c *client) turnedAway() {
	var one [1]byte
	from := c.p.now()
	n, err := c.read(one[:])
	if n > 0 || !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		c.fail("it came when %d were served and %d waited: it should be closed at once, and got %s", c.p.spec.Workers, c.p.spec.Queue, came(one[:n], c.say(err)))
	}
	c.ends(from, err)
	c.leave()
}
