// Package proc reads of other processes what proc(5) shows: which there are,
// what their threads wait in, what they hold and what they used. It reads a
// few bytes from thousands of files, so it makes the system calls itself and
// keeps one buffer, instead of going through os.File.
package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// FS is where a proc file system is mounted: "/proc", or a made-up tree in tests.
type FS string

// path joins the mount point and names below it.
func (f FS) path(names ...string) string {
	p := string(f)
	for _, n := range names {
		p += "/" + n
	}
	return p
}

// of is the path of a process's file.
func (f FS) of(pid int, name string) string { return f.path(strconv.Itoa(pid), name) }

// readFile fills buf from the start of a file and returns what was read. A
// file that is longer is cut: callers give buffers that hold what they need.
func readFile(path string, buf []byte) ([]byte, error) {
	fd, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	n := 0
	for n < len(buf) {
		m, err := read(fd, buf[n:])
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: path, Err: err}
		}
		if m == 0 {
			break
		}
		n += m
	}
	return buf[:n], nil
}

func open(path string) (int, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		switch {
		case err == nil:
			return fd, nil
		case !errors.Is(err, unix.EINTR):
			return -1, &fs.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

func read(fd int, buf []byte) (int, error) {
	for {
		n, err := unix.Read(fd, buf)
		if !errors.Is(err, unix.EINTR) {
			return max(n, 0), err
		}
	}
}

// gone tells the errors that only say that a process or thread ended while it was being read.
func gone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH)
}

// numbers lists the entries of a directory whose names are numbers: processes, threads or descriptors.
func numbers(path string) ([]int, error) {
	d, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", path, err)
	}
	out := make([]int, 0, len(names))
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			out = append(out, n)
		}
	}
	return out, nil
}
