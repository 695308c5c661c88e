package main

import (
	"fmt"
	"math/bits"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// bySelect keeps a bit for each descriptor and interest. The kernel writes its
// answer over what it is asked (select(2)), so it is given copies.
type bySelect struct {
	read, write unix.FdSet
	above       int // no descriptor has ever been as high
	last        int // how many were ready the last time
}

func openSelect() (*bySelect, error) {
	var none unix.FdSet
	_, err := sock.Select(0, &none, &none, &none, 0, false)
	return new(bySelect), err
}

func (s *bySelect) add(fd int, want interest) error {
	if fd >= unix.FD_SETSIZE {
		return fmt.Errorf("descriptor %d is beyond select's FD_SETSIZE, %d: %w", fd, unix.FD_SETSIZE, unix.EMFILE)
	}
	s.above = max(s.above, fd+1)
	s.modify(fd, want)
	return nil
}

func (s *bySelect) modify(fd int, want interest) {
	s.read.Clear(fd)
	s.write.Clear(fd)
	if want&reading != 0 {
		s.read.Set(fd)
	}
	if want&writing != 0 {
		s.write.Set(fd)
	}
}

func (s *bySelect) remove(fd int) { s.modify(fd, 0) }

func (s *bySelect) close() {}

func (s *bySelect) wait(timeout int, tell func(fd int, is interest)) error {
	read, write, except := s.read, s.write, unix.FdSet{}
	n, err := sock.Select(s.above, &read, &write, &except, timeout, s.last > 1)
	s.last = n
	if n == 0 || err != nil {
		return err
	}
	for i := range read.Bits {
		for left := uint64(read.Bits[i] | write.Bits[i]); left != 0; left &= left - 1 {
			bit := bits.TrailingZeros64(left)
			var is interest
			if read.Bits[i]>>bit&1 != 0 {
				is |= reading
			}
			if write.Bits[i]>>bit&1 != 0 {
				is |= writing
			}
			tell(i*unix.NFDBITS+bit, is)
		}
	}
	return nil
}
