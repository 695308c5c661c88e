package sock

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Conn is a blocking connection: the thread that reads sits in read(2). The Go
// scheduler is told of each call, so other goroutines run meanwhile.
type Conn struct{ FD int }

// AcceptBlocking takes one connection, which stays blocking. On a non-blocking
// listener with nobody there it returns ErrAgain.
func AcceptBlocking(listener int) (Conn, error) {
	for {
		fd, _, e := unix.Syscall6(unix.SYS_ACCEPT4, uintptr(listener), 0, 0, unix.SOCK_CLOEXEC, 0, 0)
		switch {
		case e == 0:
			return Conn{int(fd)}, nil
		case e == unix.EAGAIN:
			return Conn{-1}, ErrAgain
		case !Aborted(e):
			return Conn{-1}, e
		}
	}
}

// Read waits for bytes. It returns io.EOF after the peer's last byte, and
// os.ErrDeadlineExceeded when the time-out set by SetTimeouts or SetReadDeadline has run out.
func (c Conn) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(c.FD, p)
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			return 0, os.ErrDeadlineExceeded
		case err != nil:
			return 0, err
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// Write waits until the kernel has taken all of p, or the time-out has run out.
func (c Conn) Write(p []byte) (int, error) {
	sent := 0
	for sent < len(p) {
		n, err := unix.Write(c.FD, p[sent:])
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			return sent, os.ErrDeadlineExceeded
		case err != nil:
			return sent, err
		default:
			sent += n
		}
	}
	return sent, nil
}

// SetTimeouts bounds every single wait of Read and Write (SO_RCVTIMEO and
// SO_SNDTIMEO of socket(7)); 0 waits for ever.
func (c Conn) SetTimeouts(d time.Duration) error {
	tv := unix.NsecToTimeval(int64(d))
	if err := unix.SetsockoptTimeval(c.FD, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		return err
	}
	return unix.SetsockoptTimeval(c.FD, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &tv)
}

// SetReadDeadline lets the next Read wait no longer than until t. (A time-out of
// 0 would mean for ever, so a t that has passed becomes the shortest time-out there is.)
func (c Conn) SetReadDeadline(t time.Time) error {
	left := max(time.Until(t), time.Microsecond)
	tv := unix.NsecToTimeval(int64(left))
	return unix.SetsockoptTimeval(c.FD, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv)
}

// CloseWrite sends the end of file (SHUT_WR).
func (c Conn) CloseWrite() error { return CloseWrite(c.FD) }

// CloseRead wakes a Read that waits (SHUT_RD). What has arrived, and what still
// arrives, can be read; where nothing has, Read returns io.EOF.
func (c Conn) CloseRead() error { return unix.Shutdown(c.FD, unix.SHUT_RD) }

// Close closes the descriptor.
func (c Conn) Close() error { return unix.Close(c.FD) }

// Unread returns the bytes that have been acknowledged to the peer and not received yet (SIOCINQ of tcp(7)).
func Unread(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCINQ)
	if err != nil {
		return 0
	}
	return n
}

// Unsent returns the bytes that the peer's kernel has not acknowledged yet (SIOCOUTQ of tcp(7)).
func Unsent(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}
