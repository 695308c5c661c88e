package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

// What the loop does just as epoll's does.

// accept takes everybody who waits at a listener.
func (l *loop) accept(from harness.Listener) {
	for {
		c, err := l.conns.Accept(from.FD, from.App)
		if err != nil {
			if l.conns.Full(err) {
				l.listen(unix.EPOLL_CTL_DEL)
			}
			return
		}
		c.Registered = drive.Interest{Read: true}
		l.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
		l.advance(c, false, true)
	}
}

// listen adds the listeners to the set, or takes them out of it.
func (l *loop) listen(op int) {
	for _, listener := range l.server.Listeners() {
		l.control(op, listener.FD, unix.EPOLLIN)
	}
}
