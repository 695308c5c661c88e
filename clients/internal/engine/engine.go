// Package engine drives servers: it opens many connections, asks on each of
// them, compares every byte that comes back and records every response time. It
// is one event loop on epoll in one operating-system thread.
//
// A closed loop sends the next request when the reply to the last one is in,
// so its rate is the server's, and its latency at saturation is connections
// divided by rate: rank latency from one connection only, or from an open loop
// below capacity, whose requests are due when they are due (Arrivals).
//
// Two targets are compared by Pair, in slices of load that alternate between
// them, or by Alternate, request by request. A Worker is an engine in a process
// of its own, for more connections than one process may hold descriptors.
//
// A Churn is clients that come and go instead of staying, and a Side as well. A
// Slow is slow clients, held beside what is measured.
package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Options say how an engine asks.
type Options struct {
	CPU      int           // the CPU that the loop's thread is pinned to; -1 leaves it where it is
	Traffic  Traffic       // what is asked and what must come back; Echo(64) if zero
	Arrivals Arrivals      // when requests are due; a closed loop without think time if zero
	Pipeline int           // requests outstanding on each connection (open loop: at most), 1 to 1024; 0 is 1
	Timeout  time.Duration // a reply later than this after its request was sent fails its connection; 0 is 5 s
	Sources  []netip.Addr  // source addresses taken in turn (127/8 on loopback); none: the kernel's choice
	Partial  bool          // all groups are as after Group.ServesSome
}

// Bounds of Options.
const (
	MaxPipeline = 1024
	MaxRequest  = 16 << 20 // bytes of a request times the pipeline
)

// ErrClosed is returned by whatever is asked of a closed engine.
var ErrClosed = errors.New("the engine is closed")

// Engine is one event loop in one thread. It does one thing at a time: calls
// from several goroutines wait for each other.
type Engine struct {
	opts  Options
	work  chan func()
	quit  chan struct{} // closed by Close
	gone  chan struct{} // closed by the thread
	close sync.Once

	// What follows belongs to the loop's thread.
	epoch  time.Time // origin of the loop's clock
	buf    []byte
	events []unix.EpollEvent
}

// New starts the loop's thread; Close ends it.
func New(opts Options) (*Engine, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	e := &Engine{
		opts:   opts,
		work:   make(chan func()),
		quit:   make(chan struct{}),
		gone:   make(chan struct{}),
		epoch:  time.Now(),
		buf:    make([]byte, 64<<10),
		events: make([]unix.EpollEvent, 512),
	}
	pinned := make(chan error)
	go e.thread(pinned)
	if err := <-pinned; err != nil {
		return nil, err
	}
	return e, nil
}

// complete checks the options and fills in what was left out.
func (o *Options) complete() error {
	if o.Traffic == (Traffic{}) {
		o.Traffic = Echo(64)
	}
	if o.Pipeline == 0 {
		o.Pipeline = 1
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Pipeline < 1 || o.Pipeline > MaxPipeline {
		return fmt.Errorf("pipeline of %d requests: choose 1 to %d", o.Pipeline, MaxPipeline)
	}
	if o.Timeout < 0 {
		return fmt.Errorf("time-out of %v: choose a positive one", o.Timeout)
	}
	if err := o.Arrivals.check(); err != nil {
		return err
	}
	return o.Traffic.check(o.Pipeline)
}

// thread is the loop's thread: it runs what do hands it. It is never unlocked,
// so that the thread, with its affinity, ends with the goroutine.
func (e *Engine) thread(pinned chan<- error) {
	runtime.LockOSThread()
	if e.opts.CPU >= 0 {
		var set unix.CPUSet
		set.Set(e.opts.CPU)
		if err := unix.SchedSetaffinity(0, &set); err != nil {
			pinned <- fmt.Errorf("pin the engine's thread to CPU %d: %w", e.opts.CPU, err)
			return
		}
	}
	pinned <- nil
	defer close(e.gone)
	for {
		select {
		case f := <-e.work:
			f()
		case <-e.quit:
			return
		}
	}
}

// do runs f in the loop's thread and waits for its end.
func (e *Engine) do(f func()) error {
	done := make(chan struct{})
	select {
	case e.work <- func() { defer close(done); f() }:
		<-done
		return nil
	case <-e.gone:
		return ErrClosed
	}
}

// Close ends the loop's thread when what it does is done. It leaves groups that
// are still open as they are: close them first.
func (e *Engine) Close() {
	e.close.Do(func() { close(e.quit) })
	<-e.gone
}

// now is the loop's clock in nanoseconds; time.Since reads the monotonic clock alone.
func (e *Engine) now() int64 { return int64(time.Since(e.epoch)) }
