package sock

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// EpollWait returns how many of the set's descriptors are ready, after at most
// timeout milliseconds, -1 for ever (epoll_wait(2)). A signal counts as nothing ready.
//
// It asks without waiting first, which the Go scheduler needn't know of; only if
// nothing is ready does it wait, and tells. A busy loop, which nearly always finds something,
// is then never parted from its processor: telling the scheduler at each call, or
// yielding to it once a batch (a loop locked to its thread yields by putting that thread to sleep), costs 3 to 5 %
// of the CPU time of a request.
func EpollWait(set int, events []unix.EpollEvent, timeout int) (int, error) {
	n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(set),
		uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
	if e == 0 && n > 0 {
		return int(n), nil
	}
	ready, err := unix.EpollWait(set, events, timeout)
	if err == unix.EINTR {
		return 0, nil
	}
	return max(ready, 0), err
}
