package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// pool is the threads that run handlers. A conversation is given, one handler runs, and it lies among the
// done ones until the loop takes it back.
//
// Waking a thread costs more than a short handler, so at most one is woken at a
// time: it takes work, and if there is more, wakes the next before it begins. So
// a slow handler never keeps others waiting, and of short ones one thread does many.
//
// Woken is who has waited for the shortest time: its stack is still in the cache, and it has
// likely not begun to wait in earnest (sock.Futex). If all took turns, each would have.
type pool struct {
	admit     int // refuse a conversation while so many are in the queue; 0: none
	log       func(kind, format string, args ...any)
	mu        sync.Mutex
	queue     []*drive.Conn // whose handler is due, oldest first, from head on
	head      int
	idle      []*worker     // that wait, the latest last
	coming    bool          // one has been woken, and has not looked at the queue yet
	finished  []*drive.Conn // whose handler has run
	spare     []*drive.Conn // the slice that was handed to the loop last
	announced bool          // the loop has been told of finished
	doneFD    int           // an eventfd: readable while there are finished ones
}

// worker is one thread of the pool.
type worker struct {
	called sock.Futex // 1: there may be work; it waits while this is 0
}

func newPool(threads, admit int, log func(kind, format string, args ...any)) (*pool, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	p := &pool{admit: admit, log: log, doneFD: fd}
	for range threads {
		go p.work()
	}
	return p, nil
}

// errRefused ends a conversation that the pool has no room for.
var errRefused = errors.New("too many wait for the pool")

// give puts a conversation whose handler is due into the queue. The loop calls
// wake after it has given what it has.
func (p *pool) give(c *drive.Conn) error {
	p.mu.Lock()
	full := p.admit > 0 && len(p.queue)-p.head >= p.admit
	if !full {
		p.queue = append(p.queue, c)
	}
	p.mu.Unlock()
	if full {
		p.log("refused", "%d wait for the pool already: a client is turned away", p.admit)
		return errRefused
	}
	return nil
}

// wake wakes a thread if there is work and none is on its way.
func (p *pool) wake() {
	p.mu.Lock()
	next := p.next()
	p.mu.Unlock()
	next.call()
}

// next picks the thread to be woken; nil: none is needed, or all are at work. Call it with mu held.
func (p *pool) next() *worker {
	last := len(p.idle) - 1
	if p.head == len(p.queue) || last < 0 || p.coming {
		return nil
	}
	w := p.idle[last]
	p.idle = p.idle[:last]
	p.coming = true
	return w
}

func (w *worker) call() {
	if w != nil {
		w.called.Store(1)
		w.called.Wake(1)
	}
}

// work is one thread of the pool.
func (p *pool) work() {
	runtime.LockOSThread()
	sock.NameThread(protocol.ServingThread)
	w := new(worker)
	for {
		c := p.take(w)
		c.Session.Step()
		p.finish(c)
	}
}

// take waits for work, in futex(2).
func (p *pool) take(w *worker) *drive.Conn {
	p.mu.Lock()
	for p.head == len(p.queue) {
		w.called.Store(0)
		p.idle = append(p.idle, w)
		p.mu.Unlock()
		for w.called.Load() == 0 {
			w.called.Wait(0)
		}
		p.mu.Lock()
		p.coming = false
	}
	c := p.queue[p.head]
	if p.head++; p.head == len(p.queue) {
		clear(p.queue)
		p.queue, p.head = p.queue[:0], 0
	}
	next := p.next()
	p.mu.Unlock()
	next.call()
	return c
}

// finish puts a conversation among those whose handler has run, and tells the loop unless it knows.
func (p *pool) finish(c *drive.Conn) {
	p.mu.Lock()
	p.finished = append(p.finished, c)
	tell := !p.announced
	p.announced = true
	p.mu.Unlock()
	if tell {
		one := binary.NativeEndian.AppendUint64(nil, 1)
		_, _ = unix.Write(p.doneFD, one)
	}
}

// done returns what is finished. The slice is good until the next call; its owner clears it.
func (p *pool) done() []*drive.Conn {
	var count [8]byte
	_, _ = unix.Read(p.doneFD, count[:])
	p.mu.Lock()
	defer p.mu.Unlock()
	finished := p.finished
	p.finished, p.spare = p.spare[:0], finished
	p.announced = false
	return finished
}
