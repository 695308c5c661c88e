package main

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The buffers that receives go into: one set for all clients. The kernel takes
// one when bytes are there for somebody, and not before, so that an idle client holds none.
const (
	receiveGroup = 0
	receiveMost  = 1024 // a power of two, and at most 32,768
	receiveFirst = 64   // how many the kernel is given at first: a few are quicker than many, being in the caches
	receiveSize  = 2048 // times the 33 that one look at a socket delivers (Linux 6.8): the most that comes above the mark
	// Buffers that all began at the same place within their pages would compete for the same few lines of the cache.
	receiveStride = receiveSize + 64
)

// buffers is the ring of them. Ours is the tail, where buffers are given, and the
// kernel takes them in that order.
type buffers struct {
	memory []byte
	ring   []provided
	tail   uint16 // behind the last that was given
	inUse  uint16 // how many take part, of receiveMost
}

// openBuffers makes the ring of buffers and tells the kernel of it (Linux 5.19).
func openBuffers(r *ring) (*buffers, error) {
	private := unix.MAP_PRIVATE | unix.MAP_ANONYMOUS
	entries, err := r.mmap(-1, 0, receiveMost*int(unsafe.Sizeof(provided{})), private)
	if err != nil {
		return nil, err
	}
	b := &buffers{ring: unsafe.Slice((*provided)(unsafe.Pointer(&entries[0])), receiveMost)}
	if b.memory, err = r.mmap(-1, 0, receiveMost*receiveStride, private); err != nil {
		return nil, err
	}
	about := bufferRing{addr: uint64(uintptr(unsafe.Pointer(&entries[0]))), entries: receiveMost, group: receiveGroup}
	if err := r.control(registerBuffers, unsafe.Pointer(&about), 1); err != nil {
		return nil, err
	}
	b.add(receiveFirst)
	return b, nil
}

// bytes returns the first n bytes of a buffer.
func (b *buffers) bytes(id uint16, n int32) []byte {
	at := int(id) * receiveStride
	return b.memory[at : at+int(n)]
}

// give lets the kernel have a buffer (again).
func (b *buffers) give(id uint16) {
	e := &b.ring[b.tail%receiveMost]
	e.addr, e.len, e.id = uint64(uintptr(unsafe.Pointer(&b.memory[int(id)*receiveStride]))), receiveSize, id
	b.tail++
	// The tail lies over the last two bytes of the first entry. Go has no atomic
	// store of two bytes: so the number of the first entry's buffer, the two bytes before, is stored
	// with it, as it is. (Both machines that this is built for are little-endian.)
	first := &b.ring[0]
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&first.id)), uint32(b.tail)<<16|uint32(first.id))
}

// add lets n more buffers take part, of those that haven't yet.
func (b *buffers) add(n uint16) {
	for ; n > 0 && b.inUse < receiveMost; n-- {
		b.give(b.inUse)
		b.inUse++
	}
}
