// Generator gives each client a function that stops where it must wait, and goes on there later.
//
// The idea: a conversation is a plain loop that yields what it waits for. A
// scheduler asks epoll, and resumes those for whom that has come. What epoll's code
// must look up, how far it was, is where the loop stands.
// Who waits where: conversations in yield, the one thread in epoll_wait(2) for all of them.
// What breaks it: a wait without a yield, or a handler that computes, stalls everybody;
// and every function between the loop and its wait has to yield, too.
// Read next: greenlet, which waits at any depth; epoll, the same without a stack
// for each client; goroutine, where the language does it.
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
				next = timer
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
