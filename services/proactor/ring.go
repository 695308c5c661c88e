package main

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// ring is a pair of queues that this process and the kernel share: submissions go
// in, completions come out, and one system call serves both. It belongs to the
// thread that made it.
//
// Of each queue one side moves the head, the other the tail. What the kernel moves
// is loaded atomically and before the entries behind it are read; what is ours is
// stored atomically, and after the entries are written.
type ring struct {
	fd      int
	name    uintptr // what io_uring_enter knows it by: its descriptor, or its index
	flags   uintptr // of every io_uring_enter
	entries []sqe   // the queue of submissions; its length is a power of two
	done    []cqe   // the queue of completions, likewise
	timeout *timeout
	mapped  [][]byte

	submitHead, submitTail, doneHead, doneTail *uint32 // as the kernel sees them

	prepared uint32 // where the next submission goes: becomes submitTail
	taken    uint32 // which completion comes next: becomes doneHead
	busy     bool   // the last wait found more than one completion
}

// prepare returns the next submission, empty, to be filled in before any other
// method is called. The kernel takes it at the next submit or wait; if the queue is full, that is now.
func (r *ring) prepare() *sqe {
	for r.prepared-atomic.LoadUint32(r.submitHead) == uint32(len(r.entries)) {
		_ = r.submit()
	}
	e := &r.entries[r.prepared&uint32(len(r.entries)-1)]
	r.prepared++
	*e = sqe{}
	return e
}

// submit hands over what was prepared, and does not wait.
func (r *ring) submit() error {
	_, _, e := unix.RawSyscall6(unix.SYS_IO_URING_ENTER, r.name, r.publish(), 0, r.flags, 0, 0)
	return tolerable(e)
}

// wait hands over what was prepared and returns when something is complete, at
// the latest after ms milliseconds; -1 is for ever. A signal may end it before.
//
// A busy ring waits for a first millisecond without telling the Go scheduler (sock.EpollWait has the reason):
// only if nothing is complete by then it waits on, and tells.
func (r *ring) wait(ms int) error {
	if r.busy || ms == 0 {
		if err := r.enter(sock.Soon(ms), false); err != nil {
			return err
		}
	}
	if ms != 0 && r.ready() == 0 {
		if err := r.enter(ms, true); err != nil {
			return err
		}
	}
	r.busy = r.ready() > 0
	return nil
}

// enter hands over what was prepared and, with ms other than 0, waits; tell says whether the scheduler gets to know.
func (r *ring) enter(ms int, tell bool) error {
	flags := r.flags | enterGetEvents
	var least, arg, size uintptr
	if ms != 0 {
		least = 1
	}
	if ms > 0 {
		r.timeout.sec, r.timeout.nsec = int64(ms/1e3), int64(ms%1e3)*1e6
		flags |= enterExtArg
		arg, size = uintptr(unsafe.Pointer(&r.timeout.arg)), unsafe.Sizeof(r.timeout.arg)
	}
	var e unix.Errno
	if tell {
		_, _, e = unix.Syscall6(unix.SYS_IO_URING_ENTER, r.name, r.publish(), least, flags, arg, size)
	} else {
		_, _, e = unix.RawSyscall6(unix.SYS_IO_URING_ENTER, r.name, r.publish(), least, flags, arg, size)
	}
	return tolerable(e)
}

// publish lets the kernel see our ends of both queues, and returns how many
// submissions it hasn't taken yet.
func (r *ring) publish() uintptr {
	atomic.StoreUint32(r.doneHead, r.taken)
	atomic.StoreUint32(r.submitTail, r.prepared)
	return uintptr(r.prepared - atomic.LoadUint32(r.submitHead))
}

// ready returns how many completions wait to be taken.
func (r *ring) ready() int { return int(atomic.LoadUint32(r.doneTail) - r.taken) }

// take returns the next completion; there must be one.
func (r *ring) take() cqe {
	e := r.done[r.taken&uint32(len(r.done)-1)]
	r.taken++
	return e
}

// tolerable drops the errors after which the loop just comes again: a signal, the
// time-out, no memory for now (EAGAIN), completions that must be taken first
// (EBUSY). What the kernel did not take is handed over again then.
func tolerable(e unix.Errno) error {
	switch e {
	case 0, unix.EINTR, unix.ETIME, unix.EAGAIN, unix.EBUSY:
		return nil
	}
	return e
}
