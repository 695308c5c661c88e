package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
)

// array is what poll(2) is asked about, in no order.
type array struct {
	set   []unix.PollFd
	place []int32 // of each descriptor in set, and 1: 0 for those that aren't there
}

// watch adds an entry.
func (a *array) watch(fd int, want drive.Interest) {
	for fd >= len(a.place) {
		a.place = append(a.place, make([]int32, max(64, len(a.place)))...)
	}
	a.set = append(a.set, unix.PollFd{Fd: int32(fd), Events: mask(want)})
	a.place[fd] = int32(len(a.set))
}

// change has an entry ask for something else.
func (a *array) change(fd int, want drive.Interest) { a.set[a.place[fd]-1].Events = mask(want) }

func mask(want drive.Interest) (events int16) {
	if want.Read {
		events |= unix.POLLIN
	}
	if want.Write {
		events |= unix.POLLOUT
	}
	return events
}

// forget takes an entry out: the last one moves to its place.
func (a *array) forget(fd int) {
	i := a.place[fd]
	if i == 0 {
		return // it is out already
	}
	last := a.set[len(a.set)-1]
	a.set[i-1], a.place[last.Fd], a.place[fd] = last, i, 0
	a.set = a.set[:len(a.set)-1]
}
