package main

import "fmt"

// Interest says which readiness is asked for, or has come.
type Interest uint8

// Read, Write, or both.
const (
	Read Interest = 1 << iota
	Write
)

func interest(read, write bool) (i Interest) {
	if read {
		i |= Read
	}
	if write {
		i |= Write
	}
	return i
}

// Callback is called with what a descriptor is ready for. An error or a hang-up
// counts as both, asked for or not. (select(2) tells only those who asked for something.)
type Callback func(fd int, ready Interest)

// Key is a descriptor that Select found ready, and what for.
type Key struct {
	FD    int
	Ready Interest
}

// Selector waits for many descriptors at once. It is level-triggered, and belongs to one thread.
type Selector struct {
	backend
	registered []entry // by descriptor
	ready      []Key   // what Select returned, used again by the next
}

// entry has no descriptor of its own: 16 bytes for each connection.
type entry struct {
	callback Callback // nil: not registered
	interest Interest
}

// backend is what differs between the systems' calls. Each stands in a file of
// its name. The descriptors that it is given are registered, or aren't, as they should be.
type backend interface {
	add(fd int, want Interest) error
	modify(fd int, want Interest) error
	remove(fd int) error
	// wait appends a key for each descriptor that is ready, after at most timeout
	// milliseconds, -1 for ever.
	wait(timeout int, ready []Key) ([]Key, error)
	// Close gives back what the backend holds of the system's. The descriptors stay open.
	Close() error
}

// Register has Select watch a descriptor. With no interest it is watched for its
// end alone, where the system tells that. An error that is unix.EMFILE says that the
// system's call can't take a descriptor that high.
func (s *Selector) Register(fd int, want Interest, call Callback) error {
	switch {
	case call == nil:
		return fmt.Errorf("register descriptor %d: no callback", fd)
	case s.known(fd):
		return fmt.Errorf("register descriptor %d: it is registered", fd)
	}
	if err := s.add(fd, want); err != nil {
		return fmt.Errorf("register descriptor %d: %w", fd, err)
	}
	for fd >= len(s.registered) {
		s.registered = append(s.registered, entry{})
	}
	s.registered[fd] = entry{call, want}
	return nil
}

// Modify changes the interest in a descriptor that is registered.
func (s *Selector) Modify(fd int, want Interest) error {
	if !s.known(fd) {
		return fmt.Errorf("modify descriptor %d: it is not registered", fd)
	}
	if s.registered[fd].interest == want {
		return nil
	}
	if err := s.modify(fd, want); err != nil {
		return fmt.Errorf("modify descriptor %d: %w", fd, err)
	}
	s.registered[fd].interest = want
	return nil
}

// Unregister ends the watch. Call it before the descriptor is closed: poll(2) and
// select(2) would be asked for a closed one, or for the next that has its number.
func (s *Selector) Unregister(fd int) error {
	if !s.known(fd) {
		return fmt.Errorf("unregister descriptor %d: it is not registered", fd)
	}
	s.registered[fd] = entry{}
	if err := s.remove(fd); err != nil {
		return fmt.Errorf("unregister descriptor %d: %w", fd, err)
	}
	return nil
}

// Select returns the descriptors that are ready, after at most timeout
// milliseconds, -1 for ever. A signal counts as nothing ready. The slice is good until the next call.
func (s *Selector) Select(timeout int) ([]Key, error) {
	keys, err := s.wait(timeout, s.ready[:0])
	s.ready = keys
	return keys, err
}

// Call calls the callback of a key, unless that of another key of the same
// Select has unregistered its descriptor. If it has registered another one of that
// number since, that one is called for nothing, so callbacks must not block.
func (s *Selector) Call(k Key) {
	if s.known(k.FD) {
		s.registered[k.FD].callback(k.FD, k.Ready)
	}
}

func (s *Selector) known(fd int) bool {
	return fd >= 0 && fd < len(s.registered) && s.registered[fd].callback != nil
}
