package switches

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// turn says which of two threads goes on. Both sleep on it.
type turn struct{ atomic.Uint32 }

const (
	mine uint32 = iota
	yours
	over
)

// pass gives the turn to the other thread.
func (t *turn) pass(to uint32) {
	const wakePrivate = 1 | 128 // FUTEX_WAKE | FUTEX_PRIVATE_FLAG
	t.Store(to)
	// The runtime is not told of these calls: its bookkeeping is no part of a switch.
	unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(t)), wakePrivate, 1, 0, 0, 0)
}

// await sleeps as long as it is the other's turn, and returns whose it is now.
func (t *turn) await(other uint32) uint32 {
	const waitPrivate = 0 | 128 // FUTEX_WAIT | FUTEX_PRIVATE_FLAG
	for {
		if now := t.Load(); now != other {
			return now
		}
		unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(t)), waitPrivate, uintptr(other), 0, 0, 0)
	}
}

func threads(m meter) (Cost, error) {
	runtime.LockOSThread()
	t, ended := new(turn), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread()
		for t.await(mine) == yours {
			t.pass(mine)
		}
	}()
	defer func() { t.pass(over); <-ended }()
	return m.time(func(n int) error {
		for range n {
			t.pass(yours)
			t.await(yours)
		}
		return nil
	})
}
