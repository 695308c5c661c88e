// Multireactor runs a loop for each CPU, each in a thread of its own.
//
// The idea: the loop of epoll, N times (-workers), with nothing shared: each has a set, a table
// and listening sockets of its own (SO_REUSEPORT), among which the kernel deals out the clients. With -listen shared
// all loops wait for the same sockets instead, and whoever is awake first takes the client.
// Who waits where: each of the N threads, in epoll_wait(2), for its own clients.
// What breaks it: luck: a client stays with the loop it was dealt to, however busy that
// one is and however idle its neighbour. A handler that computes stalls one N-th of the clients.
// Read next: hybrid, where handlers get threads; epoll, the loop alone.
package main

import (
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

func main() {
	workers := harness.Workers()
	harness.Listen()
	harness.Main("multireactor", harness.Loop, func(s *harness.Server) error { return serve(s, s.Fit(*workers)) })
}

// #region workers

// serve runs the loops: the first in this thread, each other in one of its own. One that fails ends all.
func serve(s *harness.Server, workers int) error {
	runtime.GOMAXPROCS(workers)
	var loops errgroup.Group
	for i := 1; i < workers; i++ {
		loops.Go(func() error {
			runtime.LockOSThread()
			sock.NameThread(protocol.ServingThread)
			defer s.Stop()
			return run(s, i)
		})
	}
	if err := run(s, 0); err != nil {
		return err
	}
	return loops.Wait()
}

// #endregion

// loop is the set in the kernel and the conversations beside it.
type loop struct {
	set       int
	listeners []harness.Listener
	server    *harness.Server
	conns     *drive.Conns
}

// run is one loop.
func run(s *harness.Server, worker int) error {
	// #region setup
	listeners, err := s.ListenersOf(worker)
	if err != nil {
		return err
	}
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	l := &loop{set, listeners, s, s.Conns(session.Deferred())}
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
		if l.conns.Room() {
			l.listen(unix.EPOLL_CTL_ADD)
		}
	}
	return nil
}

// handle does what one event asks for.
func (l *loop) handle(fd int, events uint32) {
	if c := l.conns.Get(fd); c != nil {
		const read, write, end = unix.EPOLLIN, unix.EPOLLOUT, unix.EPOLLERR | unix.EPOLLHUP
		l.advance(c, events&(read|end) != 0, events&(write|end) != 0)
		return
	}
	if fd == l.server.StopFD() {
		l.control(unix.EPOLL_CTL_DEL, fd, 0)
		l.listeners = nil // closing takes them out of every set
		l.server.CloseListeners()
		l.conns.Drain()
		return
	}
	for _, listener := range l.listeners {
		if listener.FD == fd {
			l.accept(listener)
		}
	}
}

// #region register

// listen adds the listeners to the set, or takes them out of it.
func (l *loop) listen(op int) {
	for _, listener := range l.listeners {
		l.control(op, listener.FD, unix.EPOLLIN|unix.EPOLLEXCLUSIVE) // shared: wake one loop, not all
	}
}

// control changes the set. It fails only for a descriptor that isn't open, or is in the set already.
func (l *loop) control(op, fd int, events uint32) {
	if err := unix.EpollCtl(l.set, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		l.server.Log("epoll_ctl", "epoll_ctl(%d, %d): %v", op, fd, err)
	}
}

// #endregion
