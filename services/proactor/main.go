// Proactor tells the kernel what it wants done, and is told when it is done.
//
// The idea: not "who is ready?" but "receive this, send that". The kernel moves the
// bytes, and one call hands over what is wanted and fetches what is complete.
// An accept or a receive, once asked for, goes on completing (multishot).
// Who waits where: the one thread, in io_uring_enter(2), for everybody.
// What breaks it: a handler that computes stalls everybody; memory that is touched
// while the kernel owns it; machines that forbid io_uring, as many containers do.
// Read next: ring.go, the queues shared with the kernel; conversation.go, what
// follows a completion; epoll, the same asked the other way round.
package main

import (
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
)

func main() { harness.Main("proactor", harness.Loop, serve) }

type proactor struct {
	ring       *ring
	buffers    *buffers     // what receives go into
	slots      slots        // what sends are made from
	operations []operations // by descriptor: what the kernel has in hand
	accepts    []bool       // by listener: likewise
	server     *harness.Server
	listeners  []harness.Listener
	conns      *drive.Conns
	turn       time.Time // since when completions are worked through
	stopped    bool      // the server was told to stop
	draining   bool      // and does
}

func serve(s *harness.Server) error {
	p, err := open(modes...)
	if err != nil {
		return refused(err)
	}
	p.server, p.conns, p.listeners = s, s.Conns(session.Deferred()), s.Listeners()
	return p.loop(s.StopFD())
}

func (p *proactor) loop(stop int) error {
	// #region setup
	p.listen()
	p.submitPoll(stop)
	// #endregion

	// #region wait
	for !p.drained() {
		if err := p.ring.wait(p.conns.Next()); err != nil {
			return err
		}
		p.turn = time.Now()
		for n := p.ring.ready(); n > 0; n-- {
			p.complete(p.ring.take())
			if n%4 == 0 { // looking at the clock each time costs 1 % of a request
				p.hurry()
			}
		}
		// #endregion
		p.drain()
		for _, c := range p.conns.Expired(p.turn) {
			p.advance(c)
			p.hurry()
		}
		if p.conns.Room() {
			p.listen()
		}
	}
	return nil
}

// What was asked for, and of whom, comes back with its completion.
const (
	accepting uint64 = iota << 32 // and the listener's place among the listeners
	receiving                     // and the descriptor, as below
	sending
	canceling
	stopping
	ending
	whose = 1<<32 - 1
)

// #region submit
func (p *proactor) submitAccept(listener, fd int) {
	e := p.ring.prepare()
	e.op, e.fd, e.prio, e.opFlags = opAccept, int32(fd), acceptMultishot, unix.SOCK_CLOEXEC
	e.userData = accepting | uint64(listener)
}

func (p *proactor) submitReceive(fd int) {
	e := p.ring.prepare()
	e.op, e.fd, e.prio, e.userData = opRecv, int32(fd), recvMultishot|recvPollFirst, receiving|uint64(fd)
	e.flags, e.group = sqeBufferSelect, receiveGroup
}

func (p *proactor) submitSend(fd int, mem []byte) {
	e := p.ring.prepare()
	e.op, e.fd, e.opFlags, e.userData = opSend, int32(fd), unix.MSG_NOSIGNAL, sending|uint64(fd)
	e.addr, e.len = address(mem), uint32(len(mem))
}

// #endregion

// #region complete
func (p *proactor) complete(done cqe) {
	fd, more := int(done.userData&whose), done.flags&cqeMore != 0
	switch done.userData &^ whose {
	case accepting:
		p.accepts[fd] = more
		p.accepted(fd, done.res)
	case receiving:
		o := &p.operations[fd]
		o.receiving = more
		p.received(p.conns.Get(fd), o, done)
	case sending:
		p.operations[fd].sending = false
		p.sent(p.conns.Get(fd), done.res)
	case canceling:
		p.operations[fd].canceling = done.res >= 0 // it may not have been found: ask again
	case stopping:
		p.stopped = true
	}
}

// #endregion
