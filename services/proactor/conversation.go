package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/protocol"
)

// fair is how many steps one conversation may take before the others have their turn.
const fair = 16

// operations is what the kernel has in hand of one conversation, which may not be
// closed before: its descriptor's number would be another's while completions are under way.
type operations struct {
	receiving bool
	sending   bool
	canceling bool  // the receive's end was asked for
	dead      bool  // the conversation is over: removed when the last operation is complete
	slot      int32 // what the send is made from
	ahead     int32 // bytes received since the session last wanted to read
}

// received takes what a receive has brought, or the reason why it ended.
func (p *proactor) received(c *drive.Conn, o *operations, done cqe) {
	if done.flags&cqeBuffer != 0 {
		id := uint16(done.flags >> cqeBufferShift)
		o.ahead += done.res
		c.Received(p.buffers.bytes(id, done.res)) // copies
		p.buffers.give(id)
	}
	switch {
	case done.res > 0, done.res == -int32(unix.ECANCELED):
	case done.res == 0:
		c.ReceivedEnd()
	case done.res == -int32(unix.ENOBUFS):
		p.buffers.add(p.buffers.inUse) // too few for so many at a time
	default: // the peer's reset
		p.end(c)
		return
	}
	p.advance(c)
}

// sent takes the slot back, and note of what the socket has taken.
func (p *proactor) sent(c *drive.Conn, n int32) {
	p.slots.give(p.operations[c.FD].slot)
	if n < 0 {
		p.end(c)
		return
	}
	c.Session.Sent(int(n)) // what the socket did not take stays owed
	p.advance(c)
}

// advance moves a conversation as far as it goes without the kernel: the next
// completion, or its time, moves it on.
func (p *proactor) advance(c *drive.Conn) {
	o := &p.operations[c.FD]
	if o.dead || c.Expired() {
		p.end(c)
		return
	}
	more, err := p.step(c, o)
	if err != nil || c.Ended() && (c.Finishing() || c.Session.Done()) {
		p.end(c)
		return
	}
	p.conns.Settle(c, more)
}

// step runs handlers and begins sends, in the order of drive.Conn.Advance: an
// answer goes before the next request is looked at. more says that it stopped for fairness.
func (p *proactor) step(c *drive.Conn, o *operations) (more bool, err error) {
	for range fair {
		read, write, run := c.Session.Want()
		switch {
		case c.Finishing():
			if !c.Ended() {
				p.receive(c, o)
			}
			return false, nil
		case o.sending:
			p.regulate(c, o, read)
			return false, nil
		case write:
			if err := p.send(c, o); err != nil {
				return false, err
			}
		case run:
			c.Session.Step()
		case read && c.CutOff(): // the server stops
		case c.Session.Done():
			if err := c.Finish(); err != nil || c.Ended() {
				return false, err
			}
		default:
			p.regulate(c, o, read)
			return false, nil
		}
	}
	return true, nil
}

// regulate keeps the receive going while the session wants to read. When it doesn't,
// the kernel may still deliver; above the mark it is told to stop. What it has
// delivered by then comes all the same: some 33 buffers for each time that it looked at the socket.
func (p *proactor) regulate(c *drive.Conn, o *operations, read bool) {
	if read {
		o.ahead = 0
		p.receive(c, o)
		return
	}
	if o.receiving && !o.canceling && len(c.Session.Pending())+int(o.ahead) > protocol.HighMark {
		o.canceling = true
		p.submitCancel(receiving|uint64(c.FD), canceling|uint64(c.FD))
	}
}

// receive begins a receive, if none is under way.
func (p *proactor) receive(c *drive.Conn, o *operations) {
	if !o.receiving {
		o.receiving, o.canceling = true, false
		p.submitReceive(c.FD)
	}
}

// end gives a conversation up. It is removed as soon as the kernel has nothing of it in hand.
func (p *proactor) end(c *drive.Conn) {
	o := &p.operations[c.FD]
	if !o.dead && (o.receiving || o.sending) {
		p.submitCancelAll(c.FD)
	}
	o.dead = true
	if o.receiving || o.sending {
		return
	}
	p.conns.Remove(c)
	if p.conns.Len() == 0 {
		p.slots.release()
	}
}

// send copies what is owed, or its beginning, to where the kernel may read it.
func (p *proactor) send(c *drive.Conn, o *operations) (err error) {
	if o.slot, err = p.slots.take(); err != nil {
		return err
	}
	n := copy(p.slots.bytes(o.slot), c.Session.Pending())
	o.sending = true
	p.submitSend(c.FD, p.slots.bytes(o.slot)[:n])
	return nil
}
