package sock

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Poll returns how many of the descriptors are ready, after at most timeout
// milliseconds, -1 for ever (poll(2)), and says in each one's Revents how. A signal counts as nothing ready.
//
// busy is EpollWait's. As a second call costs by the number of descriptors, it says here that the
// last one found more than one ready.
func Poll(set []unix.PollFd, timeout int, busy bool) (int, error) {
	if busy {
		first := Soon(timeout)
		limit := millis(first)
		n, _, e := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(set))), uintptr(len(set)),
			uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
		if e == 0 && (n > 0 || first == timeout) {
			return int(n), nil
		}
	}
	n, err := unix.Poll(set, timeout)
	if err == unix.EINTR {
		return 0, nil
	}
	return max(n, 0), os.NewSyscallError("poll", err)
}
