package main

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os/exec"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// What a process for each connection costs is mostly a program's start. So the
// service is held against nothing but that: os/exec starting an empty static Go
// program and waiting for its end. Both sides have the server's CPU for parent and children, and
// have the same number going on at a time, enough that this CPU never waits.
const (
	together    = 4                      // conversations, or starts, at a time
	churnSlice  = 250 * time.Millisecond // measured after each change of side
	churnSettle = 25 * time.Millisecond  // thrown away before that: the other side's last children end
)

var churnFigure = []figure{{what: "process / os/exec of an empty program, clients / starts", bar: 0.5}}

// churnOnce has clients come and go at the service (connect, one echo, close by
// reset, and again), and starts the empty program, in slices that alternate.
func churnOnce(b *bench) ([]float64, error) {
	empty, err := b.goYardstick("nothing")
	if err != nil {
		return nil, err
	}
	s, err := b.startService("process", "echo")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	addr, err := netip.ParseAddrPort(s.addr)
	if err != nil {
		return nil, err
	}
	sides := [2]churn{
		{cpu: b.clientCPU, act: func() error { return visit(addr) }},
		{cpu: b.serverCPU, act: func() error { return exec.Command(empty).Run() }},
	}
	for begin := time.Now(); time.Since(begin) < pairTime; {
		for _, i := range []int{0, 1, 1, 0} {
			if err := sides[i].slice(churnSettle, churnSlice); err != nil {
				return nil, s.explain(err)
			}
		}
	}
	return []float64{sides[0].rate() / sides[1].rate()}, nil
}

// churn is something done again and again on one CPU, several at a time.
type churn struct {
	cpu  int
	act  func() error
	done int           // in the measured parts
	took time.Duration // they
}

func (c *churn) rate() float64 { return float64(c.done) / c.took.Seconds() }

// slice goes on for both times, and counts what ended in the second. The threads
// block in their system calls, so that the runtime's poller, which isn't pinned, has no part in it.
func (c *churn) slice(discard, measure time.Duration) error {
	var done atomic.Int64
	begin := time.Now()
	var all errgroup.Group
	for range together {
		all.Go(func() error {
			return on(c.cpu, func() error {
				for {
					if err := c.act(); err != nil {
						return err
					}
					switch at := time.Since(begin); {
					case at >= discard+measure:
						return nil
					case at >= discard:
						done.Add(1)
					}
				}
			})
		})
	}
	err := all.Wait()
	c.done += int(done.Load())
	c.took += measure
	return err
}

// visit connects, has one request echoed and closes by a reset, which leaves no
// port in TIME_WAIT. The socket doesn't block: with a time-out set on one that does, the
// runtime's signals would interrupt its calls.
func visit(addr netip.AddrPort) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("visit: socket: %w", err)
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}); err != nil {
		return fmt.Errorf("visit: SO_LINGER: %w", err)
	}
	to := unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}
	if err := unix.Connect(fd, &to); err != nil && err != unix.EINPROGRESS {
		return fmt.Errorf("visit: connect: %w", err)
	}
	if err := await(fd, unix.POLLOUT); err != nil {
		return fmt.Errorf("visit: connect: %w", err)
	}
	sent := bytes.Repeat([]byte{'x'}, requestBytes)
	if _, err := unix.Write(fd, sent); err != nil {
		return fmt.Errorf("visit: write: %w", err)
	}
	got := make([]byte, 0, 2*requestBytes)
	for len(got) < requestBytes {
		if err := await(fd, unix.POLLIN); err != nil {
			return fmt.Errorf("visit: %d bytes of the reply: %w", len(got), err)
		}
		n, err := unix.Read(fd, got[len(got):cap(got)])
		if err == nil && n == 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("visit: read: %w", err)
		}
		got = got[:len(got)+n]
	}
	if !bytes.Equal(got, sent) {
		return fmt.Errorf("visit: sent %q and got %q", sent, got)
	}
	return nil
}

// await waits 5 s at most until a socket is ready.
func await(fd int, events int16) error {
	set := []unix.PollFd{{Fd: int32(fd), Events: events}}
	for end := time.Now().Add(5 * time.Second); ; {
		n, err := unix.Poll(set, max(0, int(time.Until(end).Milliseconds())))
		switch {
		case err == unix.EINTR:
		case err != nil:
			return err
		case n == 0:
			return unix.ETIMEDOUT
		default:
			return nil
		}
	}
}
