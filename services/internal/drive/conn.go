package drive

import (
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
)

// fair is how many steps one conversation may take before the others have their turn.
const fair = 16

// Conn is one conversation over a non-blocking socket, in the hands of a loop.
type Conn struct {
	FD         int
	Session    session.Session
	Registered Interest // what the loop last told the kernel; the loop's own to keep

	table    *Conns
	finish   int64 // monotonic ns at which a closing conversation is given up; 0: not closing
	received int64 // monotonic ns of the last receive; kept only where -idle is set
	deadline int64 // under which it stands in the table's queue; 0: it doesn't
	place    int   // where in that queue
	readable bool  // the kernel said so, and no receive has come up short since
	blocked  bool  // the last send found no room
	edge     bool  // readiness is told once: read until ErrAgain
	unread   int   // while stopping: what is still to be received of what had arrived by then
	stopping bool  // the server is
	ended    bool  // the peer has sent its end of file
	again    bool  // stands in the table's list of those that come again
	expired  bool  // its time is up
	handed   bool  // the session is in another thread's hands
	gone     bool  // removed
}

// Interest says which readiness a conversation waits for.
type Interest struct{ Read, Write bool }

// Epoll is the interest as epoll_ctl(2) takes it. Errors and hang-ups are told unasked.
func (i Interest) Epoll() (events uint32) {
	if i.Read {
		events |= unix.EPOLLIN
	}
	if i.Write {
		events |= unix.EPOLLOUT
	}
	return events
}

// Interest returns what the conversation waits for now. With neither it waits
// for a timer, and only the end of the connection is of interest.
func (c *Conn) Interest() Interest {
	if c.handed {
		return Interest{}
	}
	if c.finish != 0 {
		return Interest{Read: true}
	}
	read, write, _ := c.Session.Want()
	return Interest{read, write && c.blocked}
}

// Advance does what readiness allows: sends what is owed, runs handlers,
// receives, in this order, so that a conversation never owes more than the bound.
// read and write are what the loop was told; an error or a hang-up (EPOLLERR,
// EPOLLHUP) counts as both.
//
// more says that it stopped for fairness and could go on: come again without
// waiting for readiness. done or an error says that the conversation has ended:
// remove it.
func (c *Conn) Advance(read, write bool) (more, done bool, err error) {
	c.Ready(read, write)
	switch {
	case c.handed:
		return false, false, nil
	case c.expired:
		return false, true, nil
	}
	for turn := 0; turn < fair; turn++ {
		if c.finish != 0 {
			done, err = c.discard()
			return false, done, err
		}
		wantRead, wantWrite, run := c.Session.Want()
		switch {
		case wantWrite && !c.blocked:
			err = c.Send()
		case run && c.table.Hand != nil:
			c.handed = true
			if err = c.table.Hand(c); err != nil {
				c.handed = false
			}
			return false, err != nil, err
		case run:
			c.Session.Step()
		case wantRead && c.readable:
			err = c.Receive()
		case c.Session.Done():
			if c.ended {
				return false, true, nil
			}
			err = c.Finish()
		default:
			if read && c.readable && !wantRead {
				err = sock.Pending(c.FD) // not asked for, so it is a hang-up
			}
			return false, false, err
		}
		if err == sock.ErrAgain {
			err = nil // the next turn finds that there is nothing more to do
		}
		if err != nil {
			return false, true, err
		}
	}
	return true, false, nil
}

// end notes the peer's end of file.
func (c *Conn) end() error {
	c.ended = true
	c.Session.EOF()
	return nil
}

// stop ends the input when the server stops and all that had arrived is
// received. What arrives later is not answered: a client that never pauses would
// be owed something for ever.
func (c *Conn) stop() error {
	if sock.Unread(c.FD) == 0 && sock.PeerClosed(c.FD) {
		return c.end()
	}
	c.Session.Stop()
	return nil
}

// start fixes the origin of now: deadlines are small monotonic integers, 8 bytes each where a time.Time takes 24.
var start = time.Now()

func now() int64 { return int64(time.Since(start)) + 1 }

func since(t time.Time) int64 { return int64(t.Sub(start)) + 1 }
