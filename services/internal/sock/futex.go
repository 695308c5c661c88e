package sock

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Futex is a number that kernel threads wait on (futex(2)). The runtime's own
// locks would do, but park the goroutine first and its thread by a detour of the scheduler's; this is
// what a thread library's condition variable comes down to.
type Futex struct{ atomic.Uint32 }

const (
	futexWait = 0 | futexPrivate
	futexWake = 1 | futexPrivate

	futexPrivate = 128 // of this process alone
)

// Wait returns when it is woken, or at once if the number is not old any more;
// also at a signal. The caller looks again in each case. For the first millisecond it
// does not tell the Go scheduler, for the reason that EpollWait gives.
func (f *Futex) Wait(old uint32) {
	soon := millis(1)
	_, _, e := unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&f.Uint32)), futexWait, uintptr(old), uintptr(unsafe.Pointer(&soon)), 0, 0)
	if e == unix.ETIMEDOUT {
		_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&f.Uint32)), futexWait, uintptr(old), 0, 0, 0)
	}
}

// Wake wakes up to n threads that wait.
func (f *Futex) Wake(n int) {
	_, _, _ = unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&f.Uint32)), futexWake, uintptr(n), 0, 0, 0)
}
