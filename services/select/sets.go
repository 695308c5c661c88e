package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
)

// sets are the three that select(2) is asked about: in each a bit for every descriptor below FD_SETSIZE.
type sets struct {
	read, write, except unix.FdSet
	highest             int // that was ever in a set
}

// watch sets a descriptor's bits for what is waited for, and clears the others. Nobody has one in the third
// set: it tells of urgent data (POLLPRI), and a connection that breaks is told to readers and writers anyway.
func (s *sets) watch(fd int, want drive.Interest) {
	s.read.Clear(fd)
	s.write.Clear(fd)
	if want.Read {
		s.read.Set(fd)
	}
	if want.Write {
		s.write.Set(fd)
	}
	s.highest = max(s.highest, fd)
}

// lowestFree tries which descriptor the next one opened would be, by a copy of any that is open.
func lowestFree(any int) (int, error) {
	fd, err := unix.FcntlInt(uintptr(any), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return fd, err
}
