package sock

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Select returns how many of the first n descriptors are ready in the three sets,
// after at most timeout milliseconds, -1 for ever (select(2)). It leaves in the sets what is ready and
// takes the rest out. A signal counts as nothing ready: the sets are empty then.
//
// busy is EpollWait's. As a second call costs by the number of descriptors, it says here that the
// last one found more than one ready.
func Select(n int, read, write, except *unix.FdSet, timeout int, busy bool) (int, error) {
	if busy {
		// A call that finds nothing empties the sets, so the first is made on copies.
		first := Soon(timeout)
		r, w, e, limit := *read, *write, *except, millis(first)
		ready, _, errno := unix.RawSyscall6(unix.SYS_PSELECT6, uintptr(n), uintptr(unsafe.Pointer(&r)), uintptr(unsafe.Pointer(&w)),
			uintptr(unsafe.Pointer(&e)), uintptr(unsafe.Pointer(&limit)), 0)
		if errno == 0 && (ready > 0 || first == timeout) {
			*read, *write, *except = r, w, e
			return int(ready), nil
		}
	}
	var limit *unix.Timespec
	if timeout >= 0 {
		t := millis(timeout)
		limit = &t
	}
	ready, err := unix.Pselect(n, read, write, except, limit, nil)
	if err == unix.EINTR {
		read.Zero()
		write.Zero()
		except.Zero()
		return 0, nil
	}
	return max(ready, 0), os.NewSyscallError("select", err)
}
