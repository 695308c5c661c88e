package sock

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// EpollWait returns how many of the set's descriptors are ready, after at most
// timeout milliseconds, -1 for ever (epoll_wait(2)). A signal counts as nothing ready.
//
// busy says that the last call found something, so that this one likely will soon. It then waits for a
// millisecond without telling the Go scheduler, and only if that was in vain waits on and tells. A thread that tells
// is taken for one that blocks: the runtime's monitor takes its processor away, hands it back, and for fear
// of more of the kind looks every 20 µs, on the CPU that the loop needs. (Yielding to the scheduler once a batch
// is no way out: a loop that is locked to its thread yields by putting that thread to sleep.) A millisecond is what
// the rest of the program, a collection above all, may have to wait for this thread.
func EpollWait(set int, events []unix.EpollEvent, timeout int, busy bool) (int, error) {
	if busy {
		first := Soon(timeout)
		n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(set),
			uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), uintptr(first), 0, 0)
		if e == 0 && (n > 0 || first == timeout) {
			return int(n), nil
		}
	}
	n, err := unix.EpollWait(set, events, timeout)
	if err == unix.EINTR {
		return 0, nil
	}
	return max(n, 0), os.NewSyscallError("epoll_wait", err)
}

// Soon is how many milliseconds of a timeout a busy loop waits first, without telling the scheduler.
func Soon(timeout int) int {
	if timeout < 0 {
		return 1
	}
	return min(timeout, 1)
}

// millis is a time for select and poll: so many milliseconds.
func millis(n int) unix.Timespec { return unix.NsecToTimespec(int64(n) * 1e6) }
