package sock

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// EpollWait returns how many of the set's descriptors are ready, after at most
// timeout milliseconds, -1 for ever (epoll_wait(2)). A signal counts as nothing ready.
//
// eager is for a busy loop: ask without waiting first, which the Go scheduler needn't
// know of, and only if nothing is ready wait, and tell. A loop that nearly always finds something
// is then never parted from its processor: telling the scheduler at each call, or
// yielding to it once a batch (a loop locked to its thread yields by putting that thread to sleep), costs 3 to 5 %
// of the CPU time of a request. A loop that finds little should wait at once: the first
// question would be asked for nothing, and select and poll pay for each by the number of descriptors.
// So a loop is eager when the last call returned more than one.
func EpollWait(set int, events []unix.EpollEvent, timeout int, eager bool) (int, error) {
	if eager {
		n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(set),
			uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
		if e == 0 && n > 0 {
			return int(n), nil
		}
	}
	n, err := unix.EpollWait(set, events, timeout)
	if err == unix.EINTR {
		return 0, nil
	}
	return max(n, 0), err
}
