package main

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/protocol"
)

// Reactor waits for everything that can happen and calls who asked for it. It
// belongs to one thread: all its methods are called from callbacks, or before Run.
type Reactor struct {
	Log func(kind, format string, args ...any) // takes a line; at most one a second of each kind is shown

	backend backend
	told    func(fd int, is interest) // tell, made a function value once
	watched []selectable              // by descriptor
	ports   []*port
	timers  timers
	calls   int32        // calls that were ever delayed
	buf     []byte       // one for all: what is received is its protocol's until DataReceived returns
	lost    []loss       // in this turn
	n       int          // transports
	retry   *DelayedCall // there is no room: nobody is accepted until it comes, or somebody leaves
	release drive.Release
	stop    state
}

type state uint8

const (
	running  state = iota
	stopping       // everybody is given what is owed
	stopped
)

// selectable is what a descriptor belongs to: a transport, a port, a reader.
type selectable interface{ ready(is interest) }

// ErrStopping is why a connection was lost, or ended its input, that the reactor has ended.
var ErrStopping = errors.New("the reactor is stopping")

// New returns a reactor over the system's call of that name: epoll, poll or select.
func New(name string) (*Reactor, error) {
	b, err := open(name)
	if err != nil {
		return nil, err
	}
	r := &Reactor{
		Log:     func(string, string, ...any) {},
		backend: b,
		buf:     make([]byte, protocol.ReadSize),
	}
	r.told = r.tell
	return r, nil
}

// #region wait

// Run waits and calls until Stop has come to its end.
func (r *Reactor) Run() error {
	defer r.backend.close()
	for r.stop != stopped {
		if err := r.turn(); err != nil {
			return err
		}
	}
	return nil
}

// turn waits once, and makes all calls that are due then.
func (r *Reactor) turn() error {
	if err := r.backend.wait(r.timeout(), r.told); err != nil {
		return err
	}
	r.runTimers()
	r.bury()
	return nil
}

func (r *Reactor) tell(fd int, is interest) {
	if s := r.watched[fd]; s != nil { // else its watch was ended by one told before
		s.ready(is)
	}
}

// #endregion

// Stop ends Run: no one is accepted any more, and every connection is given the
// answer to what had arrived by now, then the end of file. After the grace those
// that are left are closed as they are.
func (r *Reactor) Stop(grace time.Duration) {
	if r.stop != running {
		return
	}
	r.stop = stopping
	for _, p := range r.ports {
		r.unwatch(p.fd)
	}
	r.ports = nil
	for _, s := range r.watched {
		if t, ok := s.(*Transport); ok {
			t.drain()
		}
	}
	r.CallLater(grace, func() {
		if r.n > 0 {
			r.Log("grace", "%d conversations abandoned after %v", r.n, grace)
		}
		for _, s := range r.watched {
			if t, ok := s.(*Transport); ok {
				t.lose(ErrStopping)
			}
		}
	})
}

// AddReader has f called whenever the descriptor can be read, until RemoveReader.
func (r *Reactor) AddReader(fd int, f func()) error { return r.watch(fd, reader(f)) }

// RemoveReader ends that. Call it before the descriptor is closed.
func (r *Reactor) RemoveReader(fd int) { r.unwatch(fd) }

type reader func()

func (f reader) ready(interest) { f() }

func (r *Reactor) watch(fd int, s selectable) error {
	if err := r.backend.add(fd, reading); err != nil {
		return err
	}
	for fd >= len(r.watched) {
		r.watched = append(r.watched, nil)
	}
	r.watched[fd] = s
	return nil
}

func (r *Reactor) unwatch(fd int) {
	r.backend.remove(fd)
	r.watched[fd] = nil
}

// loss is a connection that has come to its end.
type loss struct {
	transport *Transport
	reason    error
}

// bury closes the connections that were lost in this turn. Not earlier: a
// descriptor's number would go to the next client, and be told what was meant for the last.
func (r *Reactor) bury() {
	for i := 0; i < len(r.lost); i++ { // a protocol's last words may lose further ones
		t := r.lost[i].transport
		if t.linger != nil {
			t.linger.Cancel()
		}
		t.forget()
		r.unwatch(int(t.fd))
		_ = unix.Close(int(t.fd))
		if t.protocol != nil {
			t.protocol.ConnectionLost(r.lost[i].reason)
		}
		r.n--
		r.release.Left(r.n)
	}
	if len(r.lost) > 0 {
		clear(r.lost)
		r.lost = r.lost[:0]
		r.accepting()
	}
	if r.stop == stopping && r.n == 0 {
		r.stop = stopped
	}
}
