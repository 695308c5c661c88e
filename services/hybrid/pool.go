package main

import (
	"encoding/binary"
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
type pool struct {
	mu        sync.Mutex
	queue     []*drive.Conn // whose handler is due, oldest first, from head on
	head      int
	idle      int           // threads that wait
	woken     int           // of them, those that have been woken and not come yet: 0 or 1
	signal    sock.Futex    // what the others wait on
	finished  []*drive.Conn // whose handler has run
	spare     []*drive.Conn // the slice that was handed to the loop last
	announced bool          // the loop has been told of finished
	doneFD    int           // an eventfd: readable while there are finished ones
}

func newPool(threads int) (*pool, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	p := &pool{doneFD: fd}
	for range threads {
		go p.work()
	}
	return p, nil
}

// give puts a conversation into the queue, unless admit wait there already (0: however many). The
// loop calls wake after it has given what it has.
func (p *pool) give(c *drive.Conn, admit int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if admit > 0 && len(p.queue)-p.head >= admit {
		return false
	}
	p.queue = append(p.queue, c)
	return true
}

// wake wakes a thread if there is work and none is on its way.
func (p *pool) wake() {
	p.mu.Lock()
	need := p.needsOne()
	p.mu.Unlock()
	if need {
		p.signal.Wake(1)
	}
}

// needsOne decides whether to wake a thread, and counts it. Call it with mu held.
func (p *pool) needsOne() bool {
	if p.head == len(p.queue) || p.idle == 0 || p.woken > 0 {
		return false
	}
	p.woken++
	p.signal.Add(1)
	return true
}

// work is one thread of the pool.
func (p *pool) work() {
	runtime.LockOSThread()
	sock.NameThread(protocol.ServingThread)
	for {
		c := p.take()
		c.Session.Step()
		p.finish(c)
	}
}

// take waits for work, in futex(2).
func (p *pool) take() *drive.Conn {
	p.mu.Lock()
	for p.head == len(p.queue) {
		p.idle++
		for p.woken == 0 {
			seen := p.signal.Load()
			p.mu.Unlock()
			p.signal.Wait(seen)
			p.mu.Lock()
		}
		p.idle--
		p.woken--
	}
	c := p.queue[p.head]
	if p.head++; p.head == len(p.queue) {
		clear(p.queue)
		p.queue, p.head = p.queue[:0], 0
	}
	need := p.needsOne()
	p.mu.Unlock()
	if need {
		p.signal.Wake(1)
	}
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

// done returns what is finished. The slice is good until the next call.
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
