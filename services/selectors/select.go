package main

import (
	"fmt"
	"math/bits"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// overSelect keeps sets of bits, which the kernel reads up to the highest
// descriptor at every wait, and writes its answer over (select(2)): so it is given copies.
type overSelect struct {
	read, write unix.FdSet
	known       unix.FdSet
	above       int // no descriptor is as high
	last        int // how many were ready the last time
}

func openSelect() (backend, error) {
	var none unix.FdSet
	_, err := sock.Select(0, &none, &none, &none, 0, false)
	return new(overSelect), err
}

// add refuses a descriptor that the sets have no bit for: setting it would write
// beyond them, as many a program in C has done.
func (s *overSelect) add(fd int, want Interest) error {
	if fd >= unix.FD_SETSIZE {
		return fmt.Errorf("beyond select's FD_SETSIZE, %d: %w", unix.FD_SETSIZE, unix.EMFILE)
	}
	s.known.Set(fd)
	s.above = max(s.above, fd+1)
	return s.modify(fd, want)
}

func (s *overSelect) modify(fd int, want Interest) error {
	s.read.Clear(fd)
	s.write.Clear(fd)
	if want&Read != 0 {
		s.read.Set(fd)
	}
	if want&Write != 0 {
		s.write.Set(fd)
	}
	return nil
}

func (s *overSelect) remove(fd int) error {
	s.known.Clear(fd)
	for s.above > 0 && !s.known.IsSet(s.above-1) {
		s.above--
	}
	return s.modify(fd, 0)
}

func (s *overSelect) Close() error { return nil }

func (s *overSelect) wait(timeout int, ready []Key) ([]Key, error) {
	read, write, except := s.read, s.write, unix.FdSet{}
	n, err := sock.Select(s.above, &read, &write, &except, timeout, s.last > 1)
	s.last = n
	if n == 0 || err != nil {
		return ready, err
	}
	for i := range read.Bits {
		for left := uint64(read.Bits[i] | write.Bits[i]); left != 0; left &= left - 1 {
			bit := bits.TrailingZeros64(left)
			is := interest(read.Bits[i]>>bit&1 != 0, write.Bits[i]>>bit&1 != 0)
			ready = append(ready, Key{i*unix.NFDBITS + bit, is})
		}
	}
	return ready, nil
}
