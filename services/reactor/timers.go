package main

import (
	"container/heap"
	"time"
)

// DelayedCall is a call that the reactor makes later, once.
type DelayedCall struct {
	reactor *Reactor
	call    func()
	at      int64 // monotonic ns
	place   int32 // in the heap; -1: made, or cancelled
	number  int32 // of two for the same time the earlier one comes first
}

// CallLater has f called when d has passed, never at once: with 0 after the
// descriptors that are ready now have had their turn.
func (r *Reactor) CallLater(d time.Duration, f func()) *DelayedCall {
	c := &DelayedCall{reactor: r, call: f}
	c.push(d)
	return c
}

// Active reports whether the call is still to be made.
func (c *DelayedCall) Active() bool { return c.place >= 0 }

// Cancel makes sure that the call is not made any more.
func (c *DelayedCall) Cancel() {
	if c.Active() {
		heap.Remove(&c.reactor.timers, int(c.place))
	}
}

// Reset has the call made when d has passed from now on; again, if it has been made.
func (c *DelayedCall) Reset(d time.Duration) {
	c.Cancel()
	c.push(d)
}

func (c *DelayedCall) push(d time.Duration) {
	c.at = monotonic() + int64(max(d, 0))
	c.reactor.calls++
	c.number = c.reactor.calls
	heap.Push(&c.reactor.timers, c)
}

// runTimers makes the calls whose time has come. One that is added meanwhile waits
// for the next turn, or a call that adds itself again and again would shut the descriptors out.
func (r *Reactor) runTimers() {
	if len(r.timers) == 0 {
		return
	}
	now, last := monotonic(), r.calls
	for len(r.timers) > 0 {
		c := r.timers[0]
		if c.at > now || c.number-last > 0 {
			return
		}
		heap.Pop(&r.timers)
		c.call()
	}
}

// timeout returns how long the reactor may wait for readiness: in milliseconds,
// rounded up, as poll(2) and epoll_wait(2) take it; -1 is for ever.
func (r *Reactor) timeout() int {
	if len(r.timers) == 0 {
		return -1
	}
	left := max(0, r.timers[0].at-monotonic())
	return int((left + int64(time.Millisecond) - 1) / int64(time.Millisecond))
}

var start = time.Now()

// monotonic takes 8 bytes where a time.Time takes 24.
func monotonic() int64 { return int64(time.Since(start)) }

// timers is a heap (container/heap), the earliest first.
type timers []*DelayedCall

func (t timers) Len() int { return len(t) }

func (t timers) Less(i, j int) bool {
	if t[i].at == t[j].at {
		return t[i].number-t[j].number < 0 // as a difference: numbers begin anew after 2^32
	}
	return t[i].at < t[j].at
}

func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].place, t[j].place = int32(i), int32(j)
}

// Push is for container/heap.
func (t *timers) Push(x any) {
	c := x.(*DelayedCall)
	c.place = int32(len(*t))
	*t = append(*t, c)
}

// Pop is for container/heap.
func (t *timers) Pop() any {
	old := *t
	c := old[len(old)-1]
	old[len(old)-1] = nil
	c.place = -1
	*t = old[:len(old)-1]
	return c
}
