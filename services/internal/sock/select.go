package sock

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Select returns how many of the first n descriptors are ready in the three sets,
// after at most timeout milliseconds, -1 for ever (select(2)). It leaves in the sets what is ready and
// takes the rest out. A signal counts as nothing ready: the sets are empty then.
//
// eager is for a busy loop: see EpollWait.
func Select(n int, read, write, except *unix.FdSet, timeout int, eager bool) (int, error) {
	if eager {
		// A first look that finds nothing empties the sets, so it is made on copies.
		r, w, e, now := *read, *write, *except, unix.Timespec{}
		ready, _, errno := unix.RawSyscall6(unix.SYS_PSELECT6, uintptr(n), uintptr(unsafe.Pointer(&r)), uintptr(unsafe.Pointer(&w)),
			uintptr(unsafe.Pointer(&e)), uintptr(unsafe.Pointer(&now)), 0)
		if errno == 0 && ready > 0 {
			*read, *write, *except = r, w, e
			return int(ready), nil
		}
	}
	var limit *unix.Timespec
	if timeout >= 0 {
		t := unix.NsecToTimespec(int64(timeout) * 1e6)
		limit = &t
	}
	ready, err := unix.Pselect(n, read, write, except, limit, nil)
	if err == unix.EINTR {
		read.Zero()
		write.Zero()
		except.Zero()
		return 0, nil
	}
	return max(ready, 0), err
}
