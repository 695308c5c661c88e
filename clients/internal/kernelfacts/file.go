package kernelfacts

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// regularFile asks for a file at its end, where there is nothing to read and, as it was opened, no right to write.
func regularFile() (Answer, error) {
	a := newAnswer()
	file, err := os.Open("/proc/self/exe")
	if err != nil {
		return a, fmt.Errorf("open a regular file: %w", err)
	}
	defer file.Close()
	if _, err := file.Seek(0, io.SeekEnd); err != nil {
		return a, fmt.Errorf("go to the end of a regular file: %w", err)
	}
	pair, err := socketPair()
	if err != nil {
		return a, err
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if err := errors.Join(a.ready("file", int(file.Fd())), a.ready("socket", pair[0])); err != nil {
		return a, err
	}
	if a.Figures["file_select_read"] == 1 && a.Figures["file_poll_read"] == 1 {
		n, err := file.Read(make([]byte, 1))
		a.Notes["read"] = fmt.Sprintf("said to be ready, the file gave %d bytes (%v): ready only means that nobody is asked", n, err)
	}
	return a, nil
}

// ready asks all three about one descriptor.
func (a Answer) ready(name string, fd int) error {
	read, write := newSet(fd+1), newSet(fd+1)
	read.add(fd)
	write.add(fd)
	if err := selectNow(fd+1, read, write); err != nil {
		return err
	}
	a.yes(name+"_select_read", read.has(fd))
	a.yes(name+"_select_write", write.has(fd))

	polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN | unix.POLLOUT}}
	if err := pollNow(polled); err != nil {
		return err
	}
	a.yes(name+"_poll_read", polled[0].Revents&unix.POLLIN != 0)
	a.yes(name+"_poll_write", polled[0].Revents&unix.POLLOUT != 0)

	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	defer unix.Close(epoll)
	var errno unix.Errno
	err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
	a.Notes[name+"_epoll"] = "accepted"
	if errors.As(err, &errno) {
		a.Notes[name+"_epoll"] = fmt.Sprintf("%s: %v", unix.ErrnoName(errno), errno)
	}
	a.Figures[name+"_epoll_errno"] = float64(errno)
	return nil
}
