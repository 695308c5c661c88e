package trace

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel tells of a stop which call it is about, on every architecture alike
// (PTRACE_GET_SYSCALL_INFO of ptrace(2), Linux 5.3): no registers need be known.
const (
	stopAtEntry = 1
	stopAtExit  = 2
)

// stopInfo is struct ptrace_syscall_info of <linux/ptrace.h>, as far as it is needed.
type stopInfo struct {
	op   uint8
	_    [3]uint8
	_    uint32    // the architecture
	_    [2]uint64 // instruction pointer, stack pointer
	data [8]uint64 // at entry: number, six arguments; at exit: result, and a byte that says if it is an error
}

func askStop(tid int) (s stopInfo, err error) {
	_, _, e := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid), unsafe.Sizeof(s), uintptr(unsafe.Pointer(&s)), 0, 0)
	if e != 0 {
		return s, e
	}
	return s, nil
}

func (s stopInfo) number() int   { return int(s.data[0]) }
func (s stopInfo) result() int64 { return int64(s.data[0]) }

func (s stopInfo) args() (a [6]int) {
	for i := range a {
		a[i] = int(s.data[i+1])
	}
	return a
}

// options of all that is traced: threads and children of the service are, too, and
// all are killed if the lab dies.
const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_EXITKILL | unix.PTRACE_O_TRACEEXEC |
	unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK

// peek reads memory of a traced process, which stands still meanwhile; short if part of it is not there.
func peek(tid, addr, size int) []byte {
	if addr == 0 || size <= 0 {
		return nil
	}
	buf := make([]byte, size)
	n, err := unix.ProcessVMReadv(tid,
		[]unix.Iovec{{Base: &buf[0], Len: uint64(size)}},
		[]unix.RemoteIovec{{Base: uintptr(addr), Len: size}}, 0)
	if err != nil {
		return nil
	}
	return buf[:n]
}

// peekWord reads one 64-bit number; 0 if it can't be read.
func peekWord(tid, addr int) uint64 {
	if b := peek(tid, addr, 8); len(b) == 8 {
		return binary.NativeEndian.Uint64(b)
	}
	return 0
}
