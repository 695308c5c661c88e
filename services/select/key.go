package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
)

// key ends the server when something was typed; at the end of its input there is nothing to wait for.
func (l *loop) key() {
	var line [256]byte
	n, err := unix.Read(unix.Stdin, line[:])
	switch {
	case n > 0:
		l.server.Log("", "a key was pressed: stopping")
		l.server.Stop()
	case n == 0 || err != unix.EINTR:
		l.watch(unix.Stdin, drive.Interest{})
	}
}
