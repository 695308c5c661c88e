package trace

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// most bounds how many descriptors of one call are looked at.
const most = 1024

// asked returns the descriptors that a wait is asked about: the program passes
// them to select and poll with every call; epoll's and io_uring's are in the kernel.
func asked(tid int, name string, a [6]int) (fds []int) {
	switch name {
	case "select", "pselect6":
		return inSets(tid, a)
	case "poll", "ppoll":
		return inArray(tid, a, false)
	}
	return nil
}

// ready returns the descriptors that a wait has found ready. own says that the program put its
// descriptors into epoll's data; the Go runtime puts pointers there.
func ready(tid int, name string, a [6]int, n int, own bool) (fds []int) {
	switch name {
	case "select", "pselect6":
		if n > 0 { // after an error the sets are as they were
			return inSets(tid, a)
		}
	case "poll", "ppoll":
		return inArray(tid, a, true)
	case "epoll_wait", "epoll_pwait", "epoll_pwait2":
		if !own {
			return nil
		}
		var e unix.EpollEvent
		size, at := int(unsafe.Sizeof(e)), int(unsafe.Offsetof(e.Fd))
		b := peek(tid, a[1], min(n, most)*size)
		for ; len(b) >= size; b = b[size:] {
			fds = append(fds, int(int32(binary.NativeEndian.Uint32(b[at:]))))
		}
	}
	return fds
}

// inSets reads select's three sets: whoever is in one of them.
func inSets(tid int, a [6]int) (fds []int) {
	n := min(a[0], most)
	var any [most / 8]byte
	for _, set := range a[1:4] {
		for i, b := range peek(tid, set, (n+7)/8) {
			any[i] |= b
		}
	}
	for fd := range n {
		if any[fd/8]>>(fd%8)&1 == 1 {
			fds = append(fds, fd)
		}
	}
	return fds
}

// inArray reads poll's array: all in it, or those with an event.
func inArray(tid int, a [6]int, events bool) (fds []int) {
	const size, revents = 8, 6 // struct pollfd
	b := peek(tid, a[0], min(a[1], most)*size)
	for ; len(b) >= size; b = b[size:] {
		fd := int(int32(binary.NativeEndian.Uint32(b)))
		if fd >= 0 && (!events || binary.NativeEndian.Uint16(b[revents:]) != 0) {
			fds = append(fds, fd)
		}
	}
	return fds
}
