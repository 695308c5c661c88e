package main

import "golang.org/x/sys/unix"

const (
	slotSize     = 8 << 10
	slotStride   = slotSize + 64 // as the buffers': not at the same place within their pages
	slotsAtATime = 64
)

// slots are where answers lie while the kernel sends them: memory that it may
// read at any time until it says that it is done, so it is not the collector's. A slot is taken for one send and given
// back at its completion. Clients that don't read hold theirs, so there may be any number.
type slots struct {
	chunks [][]byte
	free   []int32 // the last given back is the next taken: it is still in the caches
}

// take returns a slot and its memory, slotSize bytes; ENOMEM if there is no more.
func (s *slots) take() (slot int32, err error) {
	if len(s.free) == 0 {
		chunk, err := unix.Mmap(-1, 0, slotsAtATime*slotStride, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
		if err != nil {
			return 0, err
		}
		first := int32(len(s.chunks) * slotsAtATime)
		s.chunks = append(s.chunks, chunk)
		for i := int32(slotsAtATime - 1); i >= 0; i-- {
			s.free = append(s.free, first+i)
		}
	}
	last := len(s.free) - 1
	slot, s.free = s.free[last], s.free[:last]
	return slot, nil
}

// bytes returns a slot's memory.
func (s *slots) bytes(slot int32) []byte {
	at := int(slot%slotsAtATime) * slotStride
	return s.chunks[slot/slotsAtATime][at : at+slotSize]
}

// give takes a slot back.
func (s *slots) give(slot int32) { s.free = append(s.free, slot) }

// release gives the memory of all slots back to the system, where there are many; none may be taken.
func (s *slots) release() {
	if len(s.chunks) <= 1 {
		return
	}
	for _, chunk := range s.chunks {
		_ = unix.Munmap(chunk)
	}
	*s = slots{}
}
