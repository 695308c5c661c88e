// Package sock makes the system calls that a server makes on its sockets. On a
// non-blocking socket a call has three outcomes: n bytes, ErrAgain, or an end
// (io.EOF or the errno).
//
// Recv and Send don't tell the Go scheduler of their call (RawSyscall): a call
// that can't block has no reason to, and the two bookkeeping steps around each
// would cost a loop some percent of its rate. Never use them on a blocking socket:
// the scheduler could not take the processor back meanwhile. Conn is for those.
package sock

import (
	"errors"
	"io"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrAgain says that a non-blocking call found nothing to do (EAGAIN): wait for readiness.
var ErrAgain = errors.New("not ready")

// Recv reads what has arrived into p, which may not be empty (recv(2)). It
// returns at least 1 byte, ErrAgain, io.EOF once the peer has sent its last byte, or the errno.
func Recv(fd int, p []byte) (int, error) {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
		switch {
		case e == 0 && n > 0:
			return int(n), nil
		case e == 0:
			return 0, io.EOF
		case e == unix.EAGAIN:
			return 0, ErrAgain
		case e != unix.EINTR:
			return 0, e
		}
	}
}

// Send hands as much of p to the kernel as there is room for (send(2), without
// SIGPIPE). It returns at least 1 byte, ErrAgain, or the errno.
func Send(fd int, p []byte) (int, error) {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)
		switch {
		case e == 0:
			return int(n), nil
		case e == unix.EAGAIN:
			return 0, ErrAgain
		case e != unix.EINTR:
			return 0, e
		}
	}
}

// Accept takes one connection from a non-blocking listener (accept4(2)) and makes
// it non-blocking. It returns a descriptor, ErrAgain, or the errno. Connections that
// were gone before they could be taken are passed over.
func Accept(listener int) (int, error) {
	for {
		fd, _, e := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(listener), 0, 0, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
		switch {
		case e == 0:
			return int(fd), nil
		case e == unix.EAGAIN:
			return -1, ErrAgain
		case !Aborted(e):
			return -1, e
		}
	}
}

// Aborted reports whether accept failed for the one connection only (accept(2), "Error handling"): the next may come.
func Aborted(err error) bool {
	var e unix.Errno
	errors.As(err, &e)
	switch e {
	case unix.EINTR, unix.ECONNABORTED, unix.EPROTO, unix.ENETDOWN, unix.ENOPROTOOPT, unix.EHOSTDOWN,
		unix.ENONET, unix.EHOSTUNREACH, unix.EOPNOTSUPP, unix.ENETUNREACH, unix.EPERM:
		return true
	}
	return false
}

// Exhausted reports whether accept failed because the process or the machine has
// no room for one more connection: its descriptors, or the kernel's memory.
func Exhausted(err error) bool {
	return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) ||
		errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.ENOMEM)
}

// CloseWrite sends the end of file; the peer may go on sending (shutdown(2)).
func CloseWrite(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) }

// Pending returns and clears the socket's pending error (SO_ERROR), such as ECONNRESET.
func Pending(fd int) error {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err
	}
	if n != 0 {
		return unix.Errno(n)
	}
	return nil
}

// States of a connection that are asked for (tcp_states.h).
const (
	tcpClose     = 7
	tcpCloseWait = 8
	tcpLastAck   = 9
	tcpClosing   = 11
)

// PeerClosed reports whether the peer has sent its end of file, read or not.
func PeerClosed(fd int) bool {
	switch state(fd) {
	case tcpCloseWait, tcpLastAck, tcpClosing:
		return true
	}
	return false
}

// Gone reports whether there is no connection any more: it was reset, or both sides have closed it.
func Gone(fd int) bool { return state(fd) == tcpClose }

func state(fd int) uint8 {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0
	}
	return info.State
}

// NameThread names the calling thread (PR_SET_NAME), at most 15 bytes. The
// goroutine must be locked to its thread, or the name strays.
func NameThread(name string) {
	b := append([]byte(name), 0)
	_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(unsafe.SliceData(b))), 0, 0, 0)
}
