package main

// What the kernel's header linux/io_uring.h says. golang.org/x/sys/unix has the
// numbers of the three system calls, and no more.

// Flags of io_uring_setup(2), and the features it answers with.
const (
	setupCQSize       = 1 << 3
	setupSubmitAll    = 1 << 7  // 5.18: one bad entry does not stop those behind it
	setupCoopTaskrun  = 1 << 8  // 5.19: completions are worked on at the next system call, without an interrupt
	setupSingleIssuer = 1 << 12 // 6.0: one thread submits, the one that made the ring
	setupDeferTaskrun = 1 << 13 // 6.1: completions are worked on in io_uring_enter(2) alone

	featSingleMmap = 1 << 0 // 5.4: one mapping holds both rings
	featNoDrop     = 1 << 1 // 5.5: completions that find no room are kept, and come later
	featExtArg     = 1 << 8 // 5.11: io_uring_enter(2) takes a time-out
)

// Where io_uring_setup's descriptor has its parts, for mmap(2).
const (
	offQueues  = 0
	offEntries = 0x10000000
)

// Flags of io_uring_enter(2).
const (
	enterGetEvents  = 1 << 0
	enterExtArg     = 1 << 3
	enterRegistered = 1 << 4 // the ring is named by its index among the registered, not by its descriptor
)

// Operations of io_uring_register(2).
const (
	registerRingFDs = 20
	registerBuffers = 22 // IORING_REGISTER_PBUF_RING
)

// Operations of a submission, and their flags.
const (
	opPollAdd     = 6
	opAccept      = 13
	opAsyncCancel = 14
	opSend        = 26
	opRecv        = 27

	sqeBufferSelect = 1 << 5 // the kernel takes a buffer of the group when bytes are there

	acceptMultishot = 1 << 0
	recvPollFirst   = 1 << 0 // 5.19: wait for bytes before the first try
	recvMultishot   = 1 << 1 // 6.0

	cancelAll = 1 << 0 // all that match, not the first
	cancelFD  = 1 << 1 // those of a descriptor, not of one userData
)

// Flags of a completion.
const (
	cqeBuffer      = 1 << 0 // the number of the buffer stands from cqeBufferShift on
	cqeMore        = 1 << 1 // the operation goes on
	cqeBufferShift = 16
)

// params is struct io_uring_params.
type params struct {
	sqEntries, cqEntries, flags, cpu, idle, features, wqFD uint32
	_                                                      [3]uint32
	sq                                                     struct {
		head, tail, mask, entries, flags, dropped, array, _ uint32
		_                                                   uint64
	}
	cq struct {
		head, tail, mask, entries, overflow, cqes, flags, _ uint32
		_                                                   uint64
	}
}

// sqe is struct io_uring_sqe: what shall be done.
type sqe struct {
	op       uint8
	flags    uint8
	prio     uint16 // for accept, receive and send: their own flags
	fd       int32
	off      uint64
	addr     uint64
	len      uint32
	opFlags  uint32
	userData uint64
	group    uint16 // of buffers
	_        uint16
	_        int32
	_        [2]uint64
}

// cqe is struct io_uring_cqe: what was done.
type cqe struct {
	userData uint64
	res      int32 // the result, or a negative errno
	flags    uint32
}

// provided is struct io_uring_buf. Of the first one the last two bytes are the ring's tail.
type provided struct {
	addr uint64
	len  uint32
	id   uint16
	tail uint16
}

// bufferRing is struct io_uring_buf_reg.
type bufferRing struct {
	addr    uint64
	entries uint32
	group   uint16
	_       uint16
	_       [3]uint64
}

// eventsArg is struct io_uring_getevents_arg.
type eventsArg struct {
	sigmask     uint64
	sigmaskSize uint32
	_           uint32
	timeout     uint64 // the address of a struct __kernel_timespec
}

// timeout is an eventsArg with the time that it points at.
type timeout struct {
	arg       eventsArg
	sec, nsec int64
}

// update is struct io_uring_rsrc_update.
type update struct {
	offset uint32
	_      uint32
	data   uint64
}
