package sock

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Poll returns how many of the descriptors are ready, after at most timeout
// milliseconds, -1 for ever (poll(2)), and says in each one's Revents how. A signal counts as nothing ready.
//
// eager is for a busy loop: see EpollWait.
func Poll(set []unix.PollFd, timeout int, eager bool) (int, error) {
	if eager {
		now := unix.Timespec{}
		n, _, e := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(set))), uintptr(len(set)),
			uintptr(unsafe.Pointer(&now)), 0, 0, 0)
		if e == 0 && n > 0 {
			return int(n), nil
		}
	}
	n, err := unix.Poll(set, timeout)
	if err == unix.EINTR {
		return 0, nil
	}
	return max(n, 0), err
}
