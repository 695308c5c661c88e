package kernelfacts

import (
	"fmt"
	"math/bits"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// set is a set of descriptors as select(2) takes it, of any size; fd_set is one of FD_SETSIZE bits.
type set []uintptr

func newSet(descriptors int) set {
	return make(set, (descriptors+bits.UintSize-1)/bits.UintSize)
}

func (s set) add(fd int) { s[fd/bits.UintSize] |= 1 << (fd % bits.UintSize) }

func (s set) has(fd int) bool { return s[fd/bits.UintSize]&(1<<(fd%bits.UintSize)) != 0 }

// selectNow asks about the first n descriptors of the sets, and doesn't wait. The set for writing may be nil.
//
// The runtime is not told of the call: its bookkeeping is no part of what it costs.
func selectNow(n int, read, write set) error {
	if n > bits.UintSize*len(read) || write != nil && len(write) != len(read) {
		return fmt.Errorf("select about %d descriptors: the sets hold %d", n, bits.UintSize*len(read))
	}
	for {
		var soon unix.Timespec
		_, _, errno := unix.RawSyscall6(unix.SYS_PSELECT6, uintptr(n), uintptr(unsafe.Pointer(unsafe.SliceData(read))),
			uintptr(unsafe.Pointer(unsafe.SliceData(write))), 0, uintptr(unsafe.Pointer(&soon)), 0)
		switch errno {
		case unix.EINTR: // the runtime's own signal; the sets are as they were
		case 0:
			return nil
		default:
			return os.NewSyscallError("select", errno)
		}
	}
}

// pollNow is the same by poll(2).
func pollNow(fds []unix.PollFd) error {
	for {
		var soon unix.Timespec
		_, _, errno := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)),
			uintptr(unsafe.Pointer(&soon)), 0, 0, 0)
		switch errno {
		case unix.EINTR:
		case 0:
			return nil
		default:
			return os.NewSyscallError("poll", errno)
		}
	}
}

// socketPair returns two sockets that are each other's.
func socketPair() (pair [2]int, err error) {
	pair, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	return pair, os.NewSyscallError("socketpair", err)
}

// duplicate gives a socket a second descriptor, which is at. Another that this process was
// started with is closed for it: only a process of its own may do that.
func duplicate(fd, at int) error {
	if err := unix.Dup3(fd, at, unix.O_CLOEXEC); err != nil {
		return fmt.Errorf("make a descriptor %d: %w; ulimit -n must be above it", at, err)
	}
	return nil
}
