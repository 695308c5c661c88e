package building

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// How turns are looked for: what the greedy one asks takes several turns, and its answers fit into the kernel's buffers.
const (
	turnTries = 30
	turnWarm  = 30 // tries before that: a new connection's congestion window lets out few segments, and hides how far the server is
	greed     = 40 << 10
)

// turnCase is the scheduler's own: who always has something to say must not keep the others from their turn.
func turnCase() Case {
	return Case{Name: "turns", Title: "a client is answered before another one has got all of the many answers that it asked for", Points: 3, run: func(p *play) {
		greedy := p.dial()
		greedy.ask(p.word(4))
		for try := range turnWarm + turnTries {
			if p.inTurn(greedy) && try >= turnWarm {
				return
			}
		}
		p.fail("client %d asks for %d answers at once, and in %d tries another client with one question was answered only after all of these: who yields turn goes behind those who are ready",
			greedy.n, greed/len(p.spec.Frame(make([]byte, 4))), turnTries)
	}}
}

// inTurn has the server find both at once: it is stopped while they ask. That the newcomer was first can be missed, when this program is slow to
// look; that it was last can't be.
func (p *play) inTurn(greedy *client) bool {
	ask, want := p.words(greed, 4, 4)
	p.signal(syscall.SIGSTOP)
	greedy.send(ask)
	c := p.dial()
	c.send(p.spec.Frame([]byte("one question")))
	p.signal(syscall.SIGCONT)
	c.expect(p.spec.Frame(p.spec.Answer([]byte("one question"))))
	had := greedy.unread()
	p.note("client %d has its answer, client %d has %d of %d bytes", c.n, greedy.n, had, len(want))
	greedy.expectAfter(ask, want)
	c.end()
	c.leave()
	return had < len(want)
}

// signal stops the server, or lets it go on, and waits until that is so.
func (p *play) signal(s syscall.Signal) {
	if err := syscall.Kill(p.server.PID(), s); err != nil {
		p.fail("%v to the server: %v", s, err)
	}
	for end := p.deadline(); s == syscall.SIGSTOP && !procFS.Stopped(p.server.PID()); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			p.undecided("the server can't be stopped here")
		}
	}
}

// unread is how many bytes have come and were not read yet.
func (c *client) unread() (n int) {
	raw, err := c.conn.SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.SIOCINQ) })
	}
	if err != nil {
		c.fail("asking how much has come: %v", err)
	}
	return n
}
