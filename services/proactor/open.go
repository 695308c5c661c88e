package main

import (
	"math"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Sizes of the queues, powers of two. A full queue of submissions is handed over
// before the batch of completions is worked through: so clients have their answers
// meanwhile. Completions that find no room are kept by the kernel, and come later.
const (
	submissions = 256
	completions = 4096
)

// modes are how the kernel may be asked to work, the best first. With
// DEFER_TASKRUN it does the rest of an operation when this thread asks for
// completions, in one go, and not whenever it likes.
var modes = []uint32{setupSingleIssuer | setupDeferTaskrun, setupCoopTaskrun, 0}

// openRing makes a ring in the best mode that this kernel knows; EINVAL if it knows none.
func openRing(modes ...uint32) (r *ring, err error) {
	for _, mode := range modes {
		if r, err = openMode(mode); err != unix.EINVAL {
			break
		}
	}
	return r, err
}

func openMode(mode uint32) (*ring, error) {
	p := params{flags: mode | setupSubmitAll | setupCQSize, cqEntries: completions}
	fd, _, e := unix.Syscall(unix.SYS_IO_URING_SETUP, submissions, uintptr(unsafe.Pointer(&p)), 0)
	if e != 0 {
		return nil, e
	}
	r := &ring{fd: int(fd), name: fd}
	if err := r.attach(&p); err != nil {
		r.close()
		return nil, err
	}
	r.register()
	return r, nil
}

// attach maps what is shared with the kernel. It lies outside of Go's heap, where
// the collector neither moves nor frees anything.
func (r *ring) attach(p *params) error {
	const needed = featSingleMmap | featNoDrop | featExtArg
	if p.features&needed != needed {
		return unix.EINVAL
	}
	const shared = unix.MAP_SHARED | unix.MAP_POPULATE
	indexes, done := p.sq.array+4*p.sqEntries, p.cq.cqes+p.cqEntries*uint32(unsafe.Sizeof(cqe{}))
	queues, err := r.mmap(r.fd, offQueues, int(max(indexes, done)), shared)
	if err != nil {
		return err
	}
	entries, err := r.mmap(r.fd, offEntries, int(p.sqEntries)*int(unsafe.Sizeof(sqe{})), shared)
	if err != nil {
		return err
	}
	own, err := r.mmap(-1, 0, unix.Getpagesize(), unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return err
	}
	at := func(offset uint32) unsafe.Pointer { return unsafe.Pointer(&queues[offset]) }
	r.submitHead, r.submitTail = (*uint32)(at(p.sq.head)), (*uint32)(at(p.sq.tail))
	r.doneHead, r.doneTail = (*uint32)(at(p.cq.head)), (*uint32)(at(p.cq.tail))
	r.done = unsafe.Slice((*cqe)(at(p.cq.cqes)), p.cqEntries)
	r.entries = unsafe.Slice((*sqe)(unsafe.Pointer(&entries[0])), p.sqEntries)
	// The kernel reads which entry is the next from an array of indexes: they are taken in order.
	for i := range unsafe.Slice((*uint32)(at(p.sq.array)), p.sqEntries) {
		*(*uint32)(at(p.sq.array + 4*uint32(i))) = uint32(i)
	}
	r.timeout = (*timeout)(unsafe.Pointer(&own[0]))
	r.timeout.arg.timeout = uint64(uintptr(unsafe.Pointer(&r.timeout.sec)))
	return nil
}

// register spares each io_uring_enter the way through the table of descriptors,
// which takes a lock where a process has several threads. A kernel that doesn't know it goes without.
func (r *ring) register() {
	u := update{offset: math.MaxUint32, data: uint64(r.fd)} // any free index
	if r.control(registerRingFDs, unsafe.Pointer(&u), 1) == nil {
		r.name, r.flags = uintptr(u.offset), enterRegistered
	}
}

// control is io_uring_register(2).
func (r *ring) control(op uintptr, arg unsafe.Pointer, n uintptr) error {
	_, _, e := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), op, uintptr(arg), n, 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

// mmap maps memory that is the ring's as long as it is open.
func (r *ring) mmap(fd int, offset int64, size, flags int) ([]byte, error) {
	mem, err := unix.Mmap(fd, offset, size, unix.PROT_READ|unix.PROT_WRITE, flags)
	if err == nil {
		r.mapped = append(r.mapped, mem)
	}
	return mem, err
}

// close gives everything back. The kernel must hold no operation by now.
func (r *ring) close() {
	_ = unix.Close(r.fd)
	for _, mem := range r.mapped {
		_ = unix.Munmap(mem)
	}
}
