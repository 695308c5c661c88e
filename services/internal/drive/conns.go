package drive

import (
	"container/heap"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// Conns is a loop's table of conversations, by descriptor, with everything that
// time and room do to them: idle time-outs, closes that linger, answers that are
// put off, the grace at the end, no descriptors left. It belongs to one thread.
type Conns struct {
	Idle  time.Duration                                      // closes a conversation with nothing received for so long; 0: never
	Edge  bool                                               // the loop is edge-triggered
	Hand  func(*Conn) error                                  // if set, Advance runs no handler: it hands the conversation over, until TakeBack; an error ends it
	Start func(s *session.Session, app protocol.App, fd int) // prepares the conversation of an accepted descriptor
	Log   func(kind, format string, args ...any)             // takes a line; at most one a second of each kind is shown
	All   *atomic.Int64                                      // counts the conversations of all the server's tables; nil: this is the only one

	byFD    []*Conn
	n       int
	queue   deadlines
	due     []*Conn // those that come again
	taken   []*Conn // what Expired returned
	buf     []byte  // one for all: a receive is fed to its session before the next
	full    bool    // the listeners are dropped until room returns
	room    bool    // a conversation has left since
	retry   int64   // when to try the listeners again, even if nobody left
	drainBy int64   // monotonic ns at which the stop's grace ends; 0: not stopping
	release Release
}

// Len returns how many conversations there are.
func (t *Conns) Len() int { return t.n }

// Get returns the conversation of a descriptor, or nil: then the descriptor is something else.
func (t *Conns) Get(fd int) *Conn {
	if fd < len(t.byFD) {
		return t.byFD[fd]
	}
	return nil
}

// Accept takes one connection from a listener and adds it. It returns sock.ErrAgain
// when nobody waits, or the errno: ask Full what that means.
func (t *Conns) Accept(listener int, app protocol.App) (*Conn, error) {
	fd, err := sock.Accept(listener)
	if err != nil {
		return nil, err
	}
	return t.Add(fd, app), nil
}

// Add begins a conversation over a connected, non-blocking socket.
func (t *Conns) Add(fd int, app protocol.App) *Conn {
	c := &Conn{FD: fd, table: t, edge: t.Edge}
	if t.Idle > 0 {
		c.received = now()
	}
	t.Start(&c.Session, app, fd)
	for fd >= len(t.byFD) {
		t.byFD = append(t.byFD, make([]*Conn, max(64, len(t.byFD)))...)
	}
	if t.buf == nil {
		t.buf = make([]byte, protocol.ReadSize)
	}
	t.byFD[fd] = c
	t.count(1)
	t.release.Joined(t.n)
	if t.drainBy != 0 {
		t.stop(c)
	}
	return c
}

// Remove ends a conversation and closes its descriptor.
func (t *Conns) Remove(c *Conn) {
	t.byFD[c.FD] = nil
	t.count(-1)
	t.unqueue(c)
	c.gone = true
	t.room = true
	_ = unix.Close(c.FD)
	if t.release.Left(t.n) {
		t.byFD, t.queue, t.due, t.taken = nil, nil, nil, nil
	}
}

func (t *Conns) count(by int) {
	t.n += by
	if t.All != nil {
		t.All.Add(int64(by))
	}
}

// TakeBack ends what Hand began: the session is the loop's again. Advance it.
func (t *Conns) TakeBack(c *Conn) { c.handed = false }

// Settle notes what a conversation waits for besides readiness, after every
// Advance: its deadline, or with more its next turn.
func (t *Conns) Settle(c *Conn, more bool) {
	if more && !c.again {
		c.again = true
		t.due = append(t.due, c)
	}
	at := t.deadlineOf(c)
	switch {
	case at == 0:
		if c.deadline != 0 {
			t.unqueue(c)
		}
	case c.deadline == 0:
		c.deadline = at
		heap.Push(&t.queue, c)
	case at < c.deadline: // a later one is found out when the earlier has come
		c.deadline = at
		heap.Fix(&t.queue, c.place)
	}
}

// deadlineOf returns when the conversation must be looked at, 0 for never.
func (t *Conns) deadlineOf(c *Conn) int64 {
	if c.handed {
		return 0
	}
	if c.finish != 0 {
		return c.finish
	}
	if until, ok := c.Session.Until(); ok {
		return since(until)
	}
	if t.Idle > 0 {
		return c.received + int64(t.Idle)
	}
	return 0
}

// Next returns how long the loop may wait for readiness: in milliseconds, rounded
// up, as poll(2) and epoll_wait(2) take it; -1 is for ever.
func (t *Conns) Next() int {
	if len(t.due) > 0 {
		return 0
	}
	var at int64
	for _, d := range [...]int64{t.queue.first(), t.drainBy, t.retry} {
		if d != 0 && (at == 0 || d < at) {
			at = d
		}
	}
	if at == 0 {
		return -1
	}
	left := max(0, at-now())
	return int((left + int64(time.Millisecond) - 1) / int64(time.Millisecond))
}

// Expired returns the conversations that must be advanced without readiness:
// their time has come, or they stopped for fairness. Advance each with (false, false).
// The slice is good until the next call.
func (t *Conns) Expired(at time.Time) []*Conn {
	if len(t.due) == 0 && len(t.queue) == 0 {
		return nil
	}
	taken := t.taken[:0]
	for _, c := range t.due {
		if !c.gone {
			taken = append(taken, c)
		}
	}
	t.due = t.due[:0]
	now := since(at)
	for len(t.queue) > 0 && t.queue[0].deadline <= now {
		c := t.queue[0]
		t.unqueue(c)
		if c.handed {
			continue // it gets a new deadline when it is back
		}
		if due := t.deadlineOf(c); due > now { // it received meanwhile
			c.deadline = due
			heap.Push(&t.queue, c)
			continue
		}
		if _, waits := c.Session.Until(); waits && c.finish == 0 {
			c.Session.Resume()
		} else {
			c.expired = true
		}
		if !c.again { // once each: the loop may remove what it is given
			taken = append(taken, c)
		}
	}
	for _, c := range taken {
		c.again = false
	}
	t.taken = taken
	return taken
}

// Full reports whether the error of an accept means that there is no room for
// one more. Then the loop drops its listeners (they stay ready, and a
// level-triggered loop would spin) until Room says that it may take them up again.
func (t *Conns) Full(err error) bool {
	if !sock.Exhausted(err) {
		return false
	}
	served := t.n
	if t.All != nil {
		served = int(t.All.Load())
	}
	t.Log("full", "no room for another client: %v; %d are served, the others wait in the backlog", err, served)
	t.full, t.room = true, false
	t.retry = now() + int64(time.Second)
	return true
}

// Room reports, once, that the listeners dropped after Full may be taken up
// again: a conversation has left, or a second has passed.
func (t *Conns) Room() bool {
	if !t.full || (!t.room && now() < t.retry) {
		return false
	}
	t.full, t.retry = false, 0
	return true
}

// Drain begins the end: everybody is owed the answers to what was received, and
// nobody more than protocol.Grace. All conversations come up in the next Expired.
func (t *Conns) Drain() {
	if t.drainBy != 0 {
		return
	}
	t.drainBy = now() + int64(protocol.Grace)
	for _, c := range t.byFD {
		if c != nil {
			t.stop(c)
		}
	}
}

func (t *Conns) stop(c *Conn) {
	c.stopping, c.readable = true, true
	c.unread = sock.Unread(c.FD)
	t.Settle(c, true)
}

// Drained reports whether Drain was called and has come to its end: nobody is
// left, or the grace is over.
func (t *Conns) Drained() bool {
	if t.drainBy == 0 {
		return false
	}
	if t.n > 0 && now() >= t.drainBy {
		t.Log("grace", "%d conversations abandoned after %v", t.n, protocol.Grace)
		return true
	}
	return t.n == 0
}

func (t *Conns) unqueue(c *Conn) {
	if c.deadline != 0 {
		heap.Remove(&t.queue, c.place)
		c.deadline = 0
	}
}
