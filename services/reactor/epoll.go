package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// byEpoll leaves the set to the kernel (epoll(7), level-triggered).
type byEpoll struct {
	set    int
	events []unix.EpollEvent
	last   int // how many were ready the last time
}

func openEpoll() (*byEpoll, error) {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return &byEpoll{set: set, events: make([]unix.EpollEvent, 512)}, err
}

func (e *byEpoll) add(fd int, want interest) error { return e.control(unix.EPOLL_CTL_ADD, fd, want) }
func (e *byEpoll) modify(fd int, want interest)    { _ = e.control(unix.EPOLL_CTL_MOD, fd, want) }
func (e *byEpoll) remove(fd int)                   { _ = e.control(unix.EPOLL_CTL_DEL, fd, 0) }
func (e *byEpoll) close()                          { _ = unix.Close(e.set) }

// control changes the set. It fails only for a descriptor that isn't open, or for
// want of memory when one is added.
func (e *byEpoll) control(op, fd int, want interest) error {
	event := unix.EpollEvent{Fd: int32(fd)}
	if want&reading != 0 {
		event.Events |= unix.EPOLLIN
	}
	if want&writing != 0 {
		event.Events |= unix.EPOLLOUT
	}
	return unix.EpollCtl(e.set, op, fd, &event)
}

func (e *byEpoll) wait(timeout int, tell func(fd int, is interest)) error {
	n, err := sock.EpollWait(e.set, e.events, timeout, e.last > 0)
	e.last = n
	for _, event := range e.events[:n] {
		const end = unix.EPOLLERR | unix.EPOLLHUP
		var is interest
		if event.Events&(unix.EPOLLIN|end) != 0 {
			is |= reading
		}
		if event.Events&(unix.EPOLLOUT|end) != 0 {
			is |= writing
		}
		tell(int(event.Fd), is)
	}
	return err
}
