//go:build faulty

// Noreuse is iterative that opens its listening sockets without SO_REUSEADDR.
//
// The defect: a connection that the server closed first stays in TIME_WAIT for a minute, and its port is taken
// for anybody who doesn't say that he may have it all the same.
// The symptom: the first start succeeds. After a stop with a client connected the next fails: "address already in use",
// for a minute. Whoever looks finds no process that has the port.
// Why it is easy to make: nothing is missing until the second start, and none of the three calls, socket,
// bind and listen, hints at the option.
// Caught by: echo/restart.
package main

import (
	"fmt"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

func main() { harness.Main("iterative", harness.OneThread, serve) }

// #region listen

// reopen puts a listening socket of our own, with the same address, in the place of the harness's.
func reopen(place int, ask bool) error {
	address, err := unix.Getsockname(place)
	if err != nil {
		return fmt.Errorf("getsockname: %w", err)
	}
	if err := unix.Close(place); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	family := unix.AF_INET
	if _, is6 := address.(*unix.SockaddrInet6); is6 {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	if err := unix.Bind(fd, address); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if err := unix.Listen(fd, 4096); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if fd != place {
		if err := unix.Dup3(fd, place, unix.O_CLOEXEC); err != nil {
			return fmt.Errorf("dup3: %w", err)
		}
		_ = unix.Close(fd)
	}
	return unix.SetNonblock(place, ask) // where several are asked in turn, accept must not wait
}

// #endregion
// #region accept

func serve(s *harness.Server) error {
	for _, listener := range s.Listeners() {
		if err := reopen(listener.FD, len(s.Listeners()) > 1); err != nil {
			return fmt.Errorf("%s: %w", listener.App, err)
		}
	}
	for {
		conn, err := s.Accept()
		if err != nil {
			return err
		}
		talk(conn)
	}
}

// #endregion
// #region converse

// talk holds one conversation. Its error ends that conversation and nothing else.
func talk(conn *harness.Conn) {
	defer conn.Close()
	_ = drive.Converse(conn, conn.Session)
}

// #endregion
