//go:build faulty

// Realsleep is generator whose conversations wait with an ordinary sleep.
//
// The defect: a coroutine that waits has to yield, so that others can go on. A sleep
// of the system's stops the one thread, and with it all coroutines.
// The symptom: each client that asks for a wait is served rightly, and nobody else is served meanwhile: ten clients that
// wait for a second each take ten.
// Why it is easy to make: the code around it reads as if each client had a thread. With gevent it is
// time.sleep instead of gevent.sleep, with asyncio instead of "await asyncio.sleep": both work, alone.
// Caught by: wait/others-served.
package main

import (
	"io"
	"iter"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
)

func main() { harness.Main("generator", harness.Loop, serve) }

// #region converse

// want is what a conversation yields: what it waits for.
type want uint8

const (
	readable want = iota
	writable
	timer   // until the time that the session waits for
	handler // until one has run: the scheduler does that, on its own stack
)

// talk holds one conversation. A yield returns when what it waits for may have
// come, so whatever found nothing is tried again; false says that it is over.
func talk(c *drive.Conn) iter.Seq[want] {
	return func(yield func(want) bool) {
		for !c.Session.Done() {
			next, err := handler, sock.ErrAgain
			switch read, write, run := c.Session.Want(); {
			case write:
				next, err = writable, c.Send()
			case read:
				next, err = readable, c.Receive()
			case !run:
				until, _ := c.Session.Until()
				time.Sleep(time.Until(until))
				c.Session.Resume()
				continue
			}
			if err != nil && (err != sock.ErrAgain || !yield(next)) {
				return
			}
		}
		if c.Finish() != nil {
			return
		}
		for c.Discard() != io.EOF && yield(readable) {
		}
	}
}

// #endregion

func serve(s *harness.Server) error {
	// #region setup
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	l := &scheduler{set: set, server: s, conns: s.Conns(session.Deferred())}
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
			l.resume(l.tasks[c.FD])
		}
		if l.conns.Room() {
			l.listen(unix.EPOLL_CTL_ADD)
		}
	}
	return nil
}

// #region resume

// task is a conversation that can be resumed.
type task struct {
	*drive.Conn
	next  func() (want, bool) // runs it until it yields; false: it has ended
	stop  func()              // ends it where it waits
	waits want                // what the kernel was last told
}

// begin makes a task of a conversation. Its coroutine belongs to the thread that makes it.
func (l *scheduler) begin(c *drive.Conn) *task {
	t := &task{Conn: c, waits: readable}
	t.next, t.stop = iter.Pull(talk(c))
	l.add(t)
	return t
}

// resume lets a conversation go on until it has to wait, or others have waited long enough.
func (l *scheduler) resume(t *task) {
	if t.hopeless() {
		l.remove(t)
		return
	}
	for range fair {
		waits, alive := t.next()
		switch {
		case !alive:
			l.remove(t)
			return
		case waits != handler:
			l.conns.Settle(t.Conn, false)
			l.register(t, waits)
			return
		}
		t.Session.Step()
	}
	l.conns.Settle(t.Conn, true)
}

// #endregion

// What follows is generator's scheduler.go.

// fair is how many handlers of one conversation run before the others have their turn.
const fair = 8

// scheduler is the set in the kernel and the conversations beside it.
type scheduler struct {
	set    int
	server *harness.Server
	conns  *drive.Conns
	tasks  []*task // by descriptor
}

// handle does what one event asks for.
func (l *scheduler) handle(fd int, events uint32) {
	if c := l.conns.Get(fd); c != nil {
		const read, write, end = unix.EPOLLIN, unix.EPOLLOUT, unix.EPOLLERR | unix.EPOLLHUP
		c.Ready(events&(read|end) != 0, events&(write|end) != 0)
		l.resume(l.tasks[fd])
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

// accept takes everybody who waits at a listener.
func (l *scheduler) accept(from harness.Listener) {
	for {
		c, err := l.conns.Accept(from.FD, from.App)
		if err != nil {
			if l.conns.Full(err) {
				l.listen(unix.EPOLL_CTL_DEL)
			}
			return
		}
		l.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
		l.resume(l.begin(c))
	}
}

// add puts a task into the table.
func (l *scheduler) add(t *task) {
	for t.FD >= len(l.tasks) {
		l.tasks = append(l.tasks, nil)
	}
	l.tasks[t.FD] = t
}

// hopeless reports whether there is nothing to resume a conversation for: its time is
// up, or the connection broke while the conversation wanted nothing of it.
func (t *task) hopeless() bool {
	return t.Expired() || t.waits == timer && sock.Pending(t.FD) != nil
}

// remove ends a conversation wherever it is. One that is only forgotten would keep
// its stack: a coroutine that waits is never garbage.
func (l *scheduler) remove(t *task) {
	t.stop()
	l.tasks[t.FD] = nil
	l.conns.Remove(t.Conn) // closing takes it out of the set, too
}

// register tells the kernel what a conversation waits for, if that has changed.
func (l *scheduler) register(t *task, waits want) {
	if waits != t.waits {
		t.waits = waits
		l.control(unix.EPOLL_CTL_MOD, t.FD, mask[waits])
	}
}

// mask is what the kernel is asked to tell of; of the connection's end it always does.
var mask = [...]uint32{readable: unix.EPOLLIN, writable: unix.EPOLLOUT, timer: 0}

// listen adds the listeners to the set, or takes them out of it.
func (l *scheduler) listen(op int) {
	for _, listener := range l.server.Listeners() {
		l.control(op, listener.FD, unix.EPOLLIN)
	}
}

// control changes the set. It fails only for a descriptor that isn't open, or is in the set already.
func (l *scheduler) control(op, fd int, events uint32) {
	if err := unix.EpollCtl(l.set, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		l.server.Log("epoll_ctl", "epoll_ctl(%d, %d): %v", op, fd, err)
	}
}
