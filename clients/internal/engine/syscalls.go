package engine

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// recv and send go to the kernel without telling Go's scheduler: on
// non-blocking sockets they never block, and the scheduler's bookkeeping costs
// more than a tenth of the rate.

func recv(fd int32, p []byte) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
	return int(n), errno
}

func send(fd int32, p []byte) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)
	return int(n), errno
}

// poll returns the events that are ready now; it never blocks.
func poll(epfd int, events []unix.EpollEvent) int {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// wait blocks for the first event, at most for timeout milliseconds. The
// scheduler is told, so that a garbage collection need not wait for a server.
func wait(epfd int, events []unix.EpollEvent, timeout int) int {
	n, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), uintptr(timeout), 0, 0)
	if errno != 0 {
		return 0 // EINTR; anything else is a programmer's error that shows as a time-out
	}
	return int(n)
}

// waitFor is wait with a time in nanoseconds. A kernel without epoll_pwait2
// (before 5.11, or behind an old filter of system calls) sleeps whole
// milliseconds, rounded down, and the caller spins for the rest.
func waitFor(epfd int, events []unix.EpollEvent, ns int64) int {
	ts := unix.NsecToTimespec(ns)
	n, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), uintptr(unsafe.Pointer(&ts)), 0, 0)
	switch errno {
	case 0:
		return int(n)
	case unix.ENOSYS, unix.EPERM:
		return wait(epfd, events, int(ns/int64(time.Millisecond)))
	}
	return 0
}

// threadCPU is the CPU time of the calling thread.
func threadCPU() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
