// Hybrid has a loop for the bytes and a pool of threads for the handlers.
//
// The idea (half-sync/half-async): one epoll loop receives and sends for everybody, and
// never runs a handler: it hands the conversation to a pool (-pool). There a handler may compute or
// block as it likes: it stalls nobody else. Meanwhile the loop leaves that socket alone.
// Who waits where: the loop in epoll_wait(2), each thread of the pool in futex(2) for the next request.
// What breaks it: two changes of threads for each request, which is what short handlers pay for long ones;
// and a request after the K-th slow one waits for a thread, or with -admit is turned away.
// Read next: threadpool, where a thread has a client and not a request; epoll, without the pool.
package main

import (
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

func main() {
	size, admit := harness.Pool(), harness.Admit()
	harness.Main("hybrid", harness.Loop, func(s *harness.Server) error { return serve(s, s.Fit(*size), *admit) })
}

// loop is the set in the kernel and the conversations beside it.
type loop struct {
	set    int
	server *harness.Server
	conns  *drive.Conns
	pool   *pool
}

func serve(s *harness.Server, size, admit int) error {
	runtime.GOMAXPROCS(max(16, runtime.NumCPU())) // the pool's threads block
	// #region setup
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	pool, err := newPool(size, admit, s.Log)
	if err != nil {
		return err
	}
	l := &loop{set, s, s.Conns(), pool}
	l.conns.Hand = pool.give // where epoll runs the handler
	l.control(unix.EPOLL_CTL_ADD, pool.doneFD, unix.EPOLLIN)
	l.listen(unix.EPOLL_CTL_ADD)
	l.control(unix.EPOLL_CTL_ADD, s.StopFD(), unix.EPOLLIN)
	// #endregion

	// #region wait
	events, n := make([]unix.EpollEvent, 512), 0
	for !l.conns.Drained() {
		n, err = sock.EpollWait(set, events, l.conns.Next(), n > 0)
		if err != nil {
			return err
		}
		for _, event := range events[:n] {
			l.handle(int(event.Fd), event.Events)
		}
		// #endregion
		for _, c := range l.conns.Expired(time.Now()) {
			l.advance(c, false, false)
		}
		pool.wake()
		if l.conns.Room() {
			l.listen(unix.EPOLL_CTL_ADD)
		}
	}
	return nil
}

// handle does what one event asks for.
func (l *loop) handle(fd int, events uint32) {
	if c := l.conns.Get(fd); c != nil {
		if c.Handed() { // it is the pool's: no more is to be told until it is back
			l.control(unix.EPOLL_CTL_DEL, fd, 0)
			c.Registered = drive.Interest{}
		}
		const read, write, end = unix.EPOLLIN, unix.EPOLLOUT, unix.EPOLLERR | unix.EPOLLHUP
		l.advance(c, events&(read|end) != 0, events&(write|end) != 0)
		return
	}
	if fd == l.pool.doneFD {
		l.takeBack()
		return
	}
	if fd == l.server.StopFD() {
		l.control(unix.EPOLL_CTL_DEL, fd, 0)
		l.server.CloseListeners()
		l.conns.Drain()
		return
	}
	if listener, ok := l.server.Listener(fd); ok {
		l.accept(listener)
	}
}

// #region converse

// advance moves a conversation's bytes as far as it goes. Where a handler is due the pool
// has got it: the kernel is told of changes when it is back.
func (l *loop) advance(c *drive.Conn, read, write bool) {
	more, done, err := c.Advance(read, write)
	if done || err != nil {
		l.conns.Remove(c) // closing takes it out of the set, too
		return
	}
	l.conns.Settle(c, more)
	if want := c.Interest(); want != c.Registered && !c.Handed() {
		op := unix.EPOLL_CTL_MOD
		if c.Registered == (drive.Interest{}) {
			op = unix.EPOLL_CTL_ADD
		}
		c.Registered = want
		l.control(op, c.FD, want.Epoll())
	}
}

// takeBack goes on with the conversations whose handlers have run.
func (l *loop) takeBack() {
	finished := l.pool.done()
	for _, c := range finished {
		l.conns.TakeBack(c)
		l.advance(c, false, false)
	}
	clear(finished) // or the slice, which is used again, would keep who has left
}

// #endregion

// control changes the set. It fails only for a descriptor that isn't open, or is in the set already.
func (l *loop) control(op, fd int, events uint32) {
	if err := unix.EpollCtl(l.set, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		l.server.Log("epoll_ctl", "epoll_ctl(%d, %d): %v", op, fd, err)
	}
}
