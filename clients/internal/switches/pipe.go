package switches

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// link is one party's ends of two pipes.
type link struct{ in, out int }

// hear waits for the turn.
func (l link) hear() error {
	var b [1]byte
	for {
		// The runtime is not told of these calls: its bookkeeping is no part of a switch.
		n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(l.in), uintptr(unsafe.Pointer(&b)), 1)
		switch {
		case errno == unix.EINTR:
		case errno != 0:
			return os.NewSyscallError("read", errno)
		case n == 0:
			return io.EOF
		default:
			return nil
		}
	}
}

// say gives the turn away.
func (l link) say() error {
	b := [1]byte{1}
	for {
		_, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(l.out), uintptr(unsafe.Pointer(&b)), 1)
		switch errno {
		case unix.EINTR:
		case 0:
			return nil
		default:
			return os.NewSyscallError("write", errno)
		}
	}
}

// echo gives each turn back until the other party closes its end.
func (l link) echo() error {
	for {
		if err := l.hear(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := l.say(); err != nil {
			return err
		}
	}
}

func (l link) trips(n int) error {
	for range n {
		if err := l.say(); err != nil {
			return err
		}
		if err := l.hear(); err != nil {
			return fmt.Errorf("wait for the other party's turn to end: %w", err)
		}
	}
	return nil
}

func (l link) close() {
	_ = unix.Close(l.in)
	_ = unix.Close(l.out)
}

// links returns the two ends of a pair of pipes.
func links() (a, b link, err error) {
	var there, back [2]int
	if err := unix.Pipe2(there[:], unix.O_CLOEXEC); err != nil {
		return a, b, fmt.Errorf("make a pipe: %w", err)
	}
	if err := unix.Pipe2(back[:], unix.O_CLOEXEC); err != nil {
		link{there[0], there[1]}.close()
		return a, b, fmt.Errorf("make a pipe: %w", err)
	}
	return link{back[0], there[1]}, link{there[0], back[1]}, nil
}

func threadsByPipe(m meter) (Cost, error) {
	runtime.LockOSThread()
	a, b, err := links()
	if err != nil {
		return Cost{}, err
	}
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer b.close()
		ended <- b.echo()
	}()
	cost, err := m.time(a.trips)
	a.close()
	return cost, errors.Join(err, <-ended)
}

// inherited is what a process that has a partner was started with.
var inherited = link{in: 3, out: 4}

func processes(m meter) (Cost, error) {
	runtime.LockOSThread()
	return m.time(inherited.trips)
}
