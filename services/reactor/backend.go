package main

import "fmt"

// interest says which readiness is asked for, or has come.
type interest uint8

const (
	reading interest = 1 << iota
	writing
)

// backend waits for readiness. Each stands in a file of its name.
type backend interface {
	add(fd int, want interest) error // one that is unix.EMFILE: it can't take a descriptor that high
	modify(fd int, want interest)
	remove(fd int)
	// wait calls tell for each descriptor that is ready, after at most timeout
	// milliseconds, -1 for ever. An error or a hang-up counts as both, asked for or not.
	wait(timeout int, tell func(fd int, is interest)) error
	close()
}

// open returns the backend of that name: epoll, poll or select.
func open(name string) (b backend, err error) {
	switch name {
	case "epoll":
		b, err = openEpoll()
	case "poll":
		b, err = openPoll()
	case "select":
		b, err = openSelect()
	default:
		return nil, fmt.Errorf("no backend %q", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}
