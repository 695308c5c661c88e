package main

import "fmt"

// system is one way to wait that a system may have.
type system struct {
	name string
	open func() (backend, error)
}

// systems are all there are, the best first.
var systems = []system{
	{"epoll", openEpoll},
	{"poll", openPoll},
	{"select", openSelect},
}

// NewSelector returns a selector over the system's call of that name: epoll, poll, select, or auto for the best.
func NewSelector(name string) (*Selector, error) {
	if name == "auto" {
		return DefaultSelector()
	}
	for _, s := range systems {
		if s.name == name {
			b, err := s.open()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			return &Selector{backend: b}, nil
		}
	}
	return nil, fmt.Errorf("no selector %q", name)
}

// DefaultSelector returns a selector over the best call that this system has. It
// tries each: a kernel may lack one, or a seccomp filter refuse it.
func DefaultSelector() (*Selector, error) { return best(systems) }

func best(list []system) (*Selector, error) {
	var refused error
	for _, s := range list {
		b, err := s.open()
		if err == nil {
			return &Selector{backend: b}, nil
		}
		refused = fmt.Errorf("%s: %w", s.name, err)
	}
	return nil, refused
}
