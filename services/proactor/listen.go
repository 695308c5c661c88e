package main

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// listen begins an accept on each listener that has none under way.
func (p *proactor) listen() {
	if p.accepts == nil {
		p.accepts = make([]bool, len(p.listeners))
	}
	for i, l := range p.listeners {
		if !p.accepts[i] && !p.draining {
			_ = unix.SetNonblock(l.FD, false) // or an accept may complete with EAGAIN where it should wait
			p.accepts[i] = true
			p.submitAccept(i, l.FD)
		}
	}
}

// accepted takes a client in, or the error that has ended the accept.
func (p *proactor) accepted(listener int, res int32) {
	if res < 0 {
		if !p.conns.Full(unix.Errno(-res)) { // if it is, serve listens again when there is room
			p.listen()
		}
		return
	}
	c := p.conns.Add(int(res), p.listeners[listener].App)
	for c.FD >= len(p.operations) {
		p.operations = append(p.operations, make([]operations, max(64, len(p.operations)))...)
	}
	p.operations[c.FD] = operations{}
	p.advance(c)
	p.listen()
}

// drain begins the end: the accepts are called off, and everybody gets what is
// owed. What the kernel had delivered by then counts as received, so that is taken first.
func (p *proactor) drain() {
	if !p.stopped || p.draining || p.ring.ready() > 0 {
		return
	}
	p.draining = true
	for i, under := range p.accepts {
		if under {
			p.submitCancel(accepting|uint64(i), ending)
		}
	}
	p.server.CloseListeners()
	p.conns.Drain()
}

// drained reports whether the end is there. An accept holds its listener open, so the kernel must
// have let go of each: or who starts next would find the port taken.
func (p *proactor) drained() bool {
	for _, under := range p.accepts {
		if under {
			return false
		}
	}
	return p.conns.Drained()
}

// prompt is how long an answer may lie in the queue of submissions while the loop
// works for others: a batch of completions may hold hundreds, and handlers compute.
const prompt = 100 * time.Microsecond

// hurry hands over what was prepared if it has waited long enough.
func (p *proactor) hurry() {
	if time.Since(p.turn) > prompt {
		_ = p.ring.submit() // wait will tell of an error
		p.turn = time.Now()
	}
}

// submitPoll asks for one completion when a descriptor is readable.
func (p *proactor) submitPoll(fd int) {
	e := p.ring.prepare()
	e.op, e.fd, e.opFlags, e.userData = opPollAdd, int32(fd), unix.POLLIN, stopping
}

// submitCancel calls an operation off. It completes all the same: with ECANCELED,
// or with what it had done before.
func (p *proactor) submitCancel(what, userData uint64) {
	e := p.ring.prepare()
	e.op, e.addr, e.userData = opAsyncCancel, what, userData
}

// submitCancelAll calls off all that is under way for a descriptor.
func (p *proactor) submitCancelAll(fd int) {
	e := p.ring.prepare()
	e.op, e.fd, e.opFlags, e.userData = opAsyncCancel, int32(fd), cancelFD|cancelAll, ending
}

// address is where the kernel finds memory; mem is not the collector's.
func address(mem []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(mem)))) }
