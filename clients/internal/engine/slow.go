package engine

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/pin"
)

// Slowness says how slow the clients of a Slow are. Every client takes a step,
// sleeps for Every, and takes the next.
type Slowness struct {
	Traffic Traffic       // senders: any that keeps its connection, Echo(64) if zero; readers: Echo or Get, Echo(16384) if zero
	Every   time.Duration // between two steps of one client; 100 ms if 0. All together take MaxSteps a second at most
	Bytes   int           // of a step: what a sender sends, what a reader reads; 1 to 4096, 1 if 0
	Ahead   int           // readers: requests outstanding, 1 to MaxPipeline and at most 1 MiB; 32 if 0
}

// Bounds of a Slow.
const (
	MaxSteps    = 5000      // a second: the twentieth part of a CPU or so
	maxStep     = 4096      // bytes
	maxAhead    = 1 << 20   // bytes of a reader's requests outstanding
	maxAheadAll = 256 << 20 // of all readers' together: the kernel keeps what nobody reads
	maxSlowPage = 64 << 10  // bytes of an HTTP reply: each client keeps its own until it is whole
	slowBuffers = 8 << 10   // of a socket in each direction; the kernel takes twice that
)

// Slow is a number of slow clients, held beside a group that is measured: senders
// that send their requests byte by byte, or readers that ask for much and read
// little. What comes back is compared as a group's is.
//
// They have a thread of their own, on the engine's CPU, and not a part in the
// engine's loop: that sleeps between two slices, when they must go on; what they
// ask would count in the measured group's batches and CPU time; and each of its turns
// would have to look at two epoll sets. They wait for no event, for a slow client
// has its own time: it looks at its socket when its step is due. So they take a
// fixed part of that CPU whatever the server does, the same beside contender and reference.
type Slow struct {
	e       *Engine
	g       *Group // the connections, as they were dialled
	how     Slowness
	readers bool
	buf     []byte
	stop    atomic.Bool
	gone    chan struct{} // closed by the thread
	close   sync.Once

	mu      sync.Mutex // guards what follows
	clients []dawdler
	replies uint64
	errors  Errors
}

// SlowSenders connects n clients to host:port that send their requests a few bytes
// every so often, one request at a time, and read what comes.
func (e *Engine) SlowSenders(ctx context.Context, addr string, n int, how Slowness) (*Slow, error) {
	return e.slow(ctx, addr, n, how, false)
}

// SlowReaders connects n clients to host:port that keep Ahead requests
// outstanding and read a few bytes of the replies every so often. Their sockets
// hold 16 KiB in each direction, but the server's kernel takes 0.3 to 0.5 MB for
// each before the server itself is left with what it owes: with less ahead
// than that a server without a bound on it looks as good as one that has it.
func (e *Engine) SlowReaders(ctx context.Context, addr string, n int, how Slowness) (*Slow, error) {
	return e.slow(ctx, addr, n, how, true)
}

func (e *Engine) slow(ctx context.Context, addr string, n int, how Slowness, readers bool) (*Slow, error) {
	if err := how.complete(n, readers); err != nil {
		return nil, fmt.Errorf("%d slow clients of %s: %w", n, addr, err)
	}
	to, err := e.reach(ctx, addr, n)
	if err != nil {
		return nil, err
	}
	g := &Group{e: e, addr: addr, script: how.Traffic.script(how.Ahead), conns: make([]conn, n), buffers: slowBuffers}
	if err := g.openAll(ctx, to); err != nil {
		return nil, err
	}
	_ = unix.Close(g.epfd) // nobody waits for their events
	g.epfd = -1
	s := &Slow{e: e, g: g, how: how, readers: readers, buf: make([]byte, maxStep), gone: make(chan struct{}), clients: make([]dawdler, n)}
	for i := range s.clients {
		c := &g.conns[i]
		s.clients[i] = dawdler{fd: c.fd, sendPos: c.sendPos, recvPos: c.recvPos}
	}
	pinned := make(chan error)
	go s.thread(pinned)
	if err := <-pinned; err != nil {
		g.release()
		return nil, err
	}
	return s, nil
}

// complete checks and fills in what was left out.
func (h *Slowness) complete(n int, readers bool) error {
	usual := Echo(64)
	if readers {
		usual = Echo(16 << 10)
	}
	if h.Traffic == (Traffic{}) {
		h.Traffic = usual
	}
	if h.Every == 0 {
		h.Every = 100 * time.Millisecond
	}
	if h.Bytes == 0 {
		h.Bytes = 1
	}
	if h.Ahead == 0 && readers {
		h.Ahead = 32
	}
	if !readers {
		if h.Ahead > 1 {
			return fmt.Errorf("%d requests ahead: a slow sender has one", h.Ahead)
		}
		h.Ahead = 1
	}
	switch {
	case n < 1:
		return fmt.Errorf("at least 1")
	case h.Every < 0 || float64(n)/h.Every.Seconds() > MaxSteps:
		return fmt.Errorf("a step of each every %v: all together may take %d steps a second", h.Every, MaxSteps)
	case h.Bytes < 1 || h.Bytes > maxStep:
		return fmt.Errorf("steps of %d bytes: choose 1 to %d", h.Bytes, maxStep)
	case h.Ahead < 1 || h.Ahead > MaxPipeline || h.Traffic.bytes > maxAhead/h.Ahead:
		return fmt.Errorf("%d requests ahead: choose 1 to %d, and at most %d bytes", h.Ahead, MaxPipeline, maxAhead)
	case n > maxAheadAll/h.Ahead/max(h.Traffic.bytes, 1):
		return fmt.Errorf("%d requests of %d bytes ahead: all together may have %d bytes ahead", h.Ahead, h.Traffic.bytes, maxAheadAll)
	case h.Traffic.once():
		return fmt.Errorf("what is asked there ends its connection: it is for Churn")
	case readers && h.Traffic.kind != kindEcho && h.Traffic.kind != kindHTTP:
		return fmt.Errorf("slow readers ask for echo or HTTP: what the others answer is too little to be slow with")
	}
	return h.Traffic.check(h.Ahead)
}

// thread is the clients' thread. It is never unlocked, so that it ends with the goroutine.
func (s *Slow) thread(pinned chan<- error) {
	defer close(s.gone)
	runtime.LockOSThread()
	if cpu := s.e.opts.CPU; cpu >= 0 {
		if err := pin.Thread(cpu); err != nil {
			pinned <- fmt.Errorf("pin the slow clients' thread: %w", err)
			return
		}
	}
	pinned <- nil
	pause := max(int64(s.how.Every)/int64(len(s.clients)), 1)
	due := s.e.now()
	for next := 0; !s.stop.Load(); {
		now := s.e.now()
		if now-due > int64(s.how.Every) {
			due = now // it was kept from its CPU: what was missed is not made up for in one burst
		}
		s.mu.Lock()
		for ; due <= now; due += pause {
			s.step(&s.clients[next], next, now)
			next = (next + 1) % len(s.clients)
		}
		s.mu.Unlock()
		// Not the runtime's timers: they would wake another of its threads first, on any CPU.
		// At least 1 ms, so that a thousand wake-ups a second are the most, and at most
		// 20, so that Close need not wait.
		rest := unix.NsecToTimespec(min(max(due-s.e.now(), int64(time.Millisecond)), int64(patience)))
		_ = unix.Nanosleep(&rest, nil)
	}
}

// Serving is how many are still being served: their connection stands, and
// nothing that is owed to them has been missing for longer than Options.Timeout.
// Those whose connection failed are in the errors, with the reason; silence is no
// error, and is made up for by an answer.
func (s *Slow) Serving() (clients int, errs Errors) {
	limit := s.e.now() - int64(s.e.opts.Timeout)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.clients {
		if c := &s.clients[i]; c.fd >= 0 && (c.owed == 0 || c.since >= limit) {
			clients++
		}
	}
	return clients, s.errors
}

// Replies is the number of whole replies so far.
func (s *Slow) Replies() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replies
}

// Close ends the thread, within 20 ms, and resets the connections that stand.
func (s *Slow) Close() {
	s.close.Do(func() {
		s.stop.Store(true)
		<-s.gone
		for i := range s.clients {
			s.g.conns[i].fd = s.clients[i].fd // -1 of those that failed
			s.clients[i].fd = -1
		}
		s.g.release()
	})
}
