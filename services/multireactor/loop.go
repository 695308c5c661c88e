package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

// What each loop does just as epoll's does.

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

// advance moves a conversation as far as it goes, and tells the kernel if it now waits for something else.
func (l *loop) advance(c *drive.Conn, read, write bool) {
	more, done, err := c.Advance(read, write)
	if done || err != nil {
		l.conns.Remove(c) // closing takes it out of the set, too
		return
	}
	l.conns.Settle(c, more)
	if want := c.Interest(); want != c.Registered {
		c.Registered = want
		l.control(unix.EPOLL_CTL_MOD, c.FD, want.Epoll())
	}
}
