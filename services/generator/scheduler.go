package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

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
