package main

import (
	"os"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// overEpoll keeps the set in the kernel (epoll(7), level-triggered): what a wait
// costs follows those that are ready.
type overEpoll struct {
	set    int
	events []unix.EpollEvent
	last   int // how many were ready the last time
}

func openEpoll() (backend, error) {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	return &overEpoll{set: set, events: make([]unix.EpollEvent, 512)}, nil
}

func (e *overEpoll) add(fd int, want Interest) error { return e.control(unix.EPOLL_CTL_ADD, fd, want) }

func (e *overEpoll) modify(fd int, want Interest) error {
	return e.control(unix.EPOLL_CTL_MOD, fd, want)
}

func (e *overEpoll) remove(fd int) error { return e.control(unix.EPOLL_CTL_DEL, fd, 0) }
func (e *overEpoll) Close() error        { return unix.Close(e.set) }

func (e *overEpoll) control(op, fd int, want Interest) error {
	event := unix.EpollEvent{Fd: int32(fd)}
	if want&Read != 0 {
		event.Events |= unix.EPOLLIN
	}
	if want&Write != 0 {
		event.Events |= unix.EPOLLOUT
	}
	return unix.EpollCtl(e.set, op, fd, &event)
}

func (e *overEpoll) wait(timeout int, ready []Key) ([]Key, error) {
	n, err := sock.EpollWait(e.set, e.events, timeout, e.last > 0)
	e.last = n
	for _, event := range e.events[:n] {
		const end = unix.EPOLLERR | unix.EPOLLHUP
		is := interest(event.Events&(unix.EPOLLIN|end) != 0, event.Events&(unix.EPOLLOUT|end) != 0)
		ready = append(ready, Key{int(event.Fd), is})
	}
	return ready, err
}
