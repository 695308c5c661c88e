package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// overPoll keeps one array, which the kernel reads from end to end at every wait
// (poll(2)): what a wait costs follows those that are registered.
type overPoll struct {
	set   []unix.PollFd
	place []int32 // in set, by descriptor
	last  int     // how many were ready the last time
}

func openPoll() (backend, error) {
	_, err := sock.Poll(nil, 0, false)
	return new(overPoll), err
}

func (p *overPoll) add(fd int, want Interest) error {
	for fd >= len(p.place) {
		p.place = append(p.place, 0)
	}
	p.place[fd] = int32(len(p.set))
	p.set = append(p.set, unix.PollFd{Fd: int32(fd), Events: pollMask(want)})
	return nil
}

func (p *overPoll) modify(fd int, want Interest) error {
	p.set[p.place[fd]].Events = pollMask(want)
	return nil
}

// remove puts the last of the array where the removed one stood.
func (p *overPoll) remove(fd int) error {
	at, end := p.place[fd], len(p.set)-1
	p.set[at] = p.set[end]
	p.place[p.set[at].Fd] = at
	p.set = p.set[:end]
	return nil
}

func (p *overPoll) Close() error { return nil }

func (p *overPoll) wait(timeout int, ready []Key) ([]Key, error) {
	n, err := sock.Poll(p.set, timeout, p.last > 1)
	p.last = n
	for i := 0; n > 0; i++ {
		told := p.set[i].Revents
		if told == 0 {
			continue
		}
		n--
		const end = unix.POLLERR | unix.POLLHUP | unix.POLLNVAL
		is := interest(told&(unix.POLLIN|end) != 0, told&(unix.POLLOUT|end) != 0)
		ready = append(ready, Key{int(p.set[i].Fd), is})
	}
	return ready, err
}

func pollMask(want Interest) (events int16) {
	if want&Read != 0 {
		events |= unix.POLLIN
	}
	if want&Write != 0 {
		events |= unix.POLLOUT
	}
	return events
}
