package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// byPoll keeps one array, which the kernel reads from end to end at every wait (poll(2)).
type byPoll struct {
	set   []unix.PollFd
	place []int32 // in set, by descriptor
	last  int     // how many were ready the last time
}

func openPoll() (*byPoll, error) {
	_, err := sock.Poll(nil, 0, false)
	return new(byPoll), err
}

func (p *byPoll) add(fd int, want interest) error {
	for fd >= len(p.place) {
		p.place = append(p.place, 0)
	}
	p.place[fd] = int32(len(p.set))
	p.set = append(p.set, unix.PollFd{Fd: int32(fd)})
	p.modify(fd, want)
	return nil
}

func (p *byPoll) modify(fd int, want interest) {
	var events int16
	if want&reading != 0 {
		events |= unix.POLLIN
	}
	if want&writing != 0 {
		events |= unix.POLLOUT
	}
	p.set[p.place[fd]].Events = events
}

// remove puts the last of the array where the removed one stood.
func (p *byPoll) remove(fd int) {
	at, end := p.place[fd], len(p.set)-1
	p.set[at] = p.set[end]
	p.place[p.set[at].Fd] = at
	p.set = p.set[:end]
}

func (p *byPoll) close() {}

// wait reads the array while those that it tells may change it. One that moves
// forward meanwhile is passed over: it is still ready at the next wait.
func (p *byPoll) wait(timeout int, tell func(fd int, is interest)) error {
	n, err := sock.Poll(p.set, timeout, p.last > 1)
	p.last = n
	for i := 0; n > 0 && i < len(p.set); i++ {
		told := p.set[i].Revents
		if told == 0 {
			continue
		}
		n--
		const end = unix.POLLERR | unix.POLLHUP | unix.POLLNVAL
		var is interest
		if told&(unix.POLLIN|end) != 0 {
			is |= reading
		}
		if told&(unix.POLLOUT|end) != 0 {
			is |= writing
		}
		tell(int(p.set[i].Fd), is)
	}
	return err
}
