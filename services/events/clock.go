package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// clock is the handler of the stop, and of everything that time does to a conversation.
type clock struct {
	*lab
	draining bool
}

// Watch waits for the stop.
func (c *clock) Watch() (fd int, events int16) {
	if c.draining {
		return -1, 0
	}
	return c.server.StopFD(), unix.POLLIN
}

// Execute marks those whose time has come: their own Execute comes later in this round.
func (c *clock) Execute() State {
	if c.server.Stopping() && !c.draining {
		c.draining = true
		c.server.CloseListeners()
		c.conns.Drain()
	}
	c.conns.Expired(time.Now())
	if c.conns.Room() {
		c.full = false
	}
	if c.conns.Drained() {
		c.loop.Stop()
	}
	return Waiting
}
