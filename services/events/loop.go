package main

import (
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// Handler is what the loop calls. It holds one descriptor, and knows itself what to do with it.
type Handler interface {
	// Watch says what the loop's poll(2) waits for: a descriptor, and POLLIN, POLLOUT,
	// both, or 0 for its end alone. A handler with nothing to wait for says -1.
	Watch() (fd int, events int16)
	// Execute does what can be done without waiting. It is called in every round,
	// so it finds out itself whether there is anything to do.
	Execute() State
}

// State is what a handler says of itself after Execute.
type State int

// The states of a handler.
const (
	Waiting State = iota // call again when poll(2) has something, or the period is over
	Again                // could go on: call again without waiting
	Done                 // takes no further part: its descriptor is closed, or not its own any more
)

// Loop is a list of handlers.
type Loop struct {
	// Due, if it is set, returns in how many milliseconds a handler must be called at the latest; -1: nobody must.
	Due func() int

	handlers []Handler
	set      []unix.PollFd
	stopped  bool
}

// Add puts a handler on the list. One that is added by another's Execute is
// called in the same round.
func (l *Loop) Add(h Handler) { l.handlers = append(l.handlers, h) }

// Stop ends Run after this round. Call it from a handler.
func (l *Loop) Stop() { l.stopped = true }

// #region wait

// Run calls all handlers in turn, busy or not, until none is left or Stop is
// called. Between two rounds it waits until a descriptor is ready, but never longer than
// the period, which is at least a millisecond.
func (l *Loop) Run(period time.Duration) error {
	ready := 0
	for {
		again := l.round()
		if len(l.handlers) == 0 || l.stopped {
			return nil
		}
		l.set = l.set[:0]
		for _, h := range l.handlers {
			fd, events := h.Watch()
			l.set = append(l.set, unix.PollFd{Fd: int32(fd), Events: events})
		}
		var err error
		if ready, err = sock.Poll(l.set, l.timeout(period, again), ready > 1); err != nil {
			return err
		}
	}
}

func (l *Loop) timeout(period time.Duration, again bool) int {
	timeout := int(period.Milliseconds())
	if again {
		timeout = 0
	}
	if l.Due != nil {
		if due := l.Due(); due >= 0 {
			timeout = min(timeout, due)
		}
	}
	return timeout
}

// #endregion
// #region round

// round has every handler execute, whatever poll(2) said, and takes those that
// are done off the list. It reports whether one of them could go on at once.
func (l *Loop) round() (again bool) {
	kept := 0
	for i := 0; i < len(l.handlers); i++ { // the list may grow meanwhile
		h := l.handlers[i]
		switch h.Execute() {
		case Done:
			continue
		case Again:
			again = true
		}
		l.handlers[kept] = h
		kept++
	}
	clear(l.handlers[kept:])
	l.handlers = l.handlers[:kept]
	return again
}

// #endregion
