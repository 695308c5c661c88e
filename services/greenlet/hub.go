package main

import (
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

// fair is how many handlers of one conversation run before the others have their turn.
const fair = 8

// hub is the greenlet that asks the kernel for all the others.
type hub struct {
	*Greenlet
	set     int
	server  *harness.Server
	conns   *drive.Conns
	sockets []*socket // by descriptor
	errand  func()    // what the conversation that switched here wants run
}

// handle does what one event asks for.
func (h *hub) handle(fd int, events uint32) {
	if c := h.conns.Get(fd); c != nil {
		const read, write, end = unix.EPOLLIN, unix.EPOLLOUT, unix.EPOLLERR | unix.EPOLLHUP
		c.Ready(events&(read|end) != 0, events&(write|end) != 0)
		h.resume(h.sockets[fd])
		return
	}
	if fd == h.server.StopFD() {
		h.control(unix.EPOLL_CTL_DEL, fd, 0)
		h.server.CloseListeners()
		h.conns.Drain()
		return
	}
	if listener, ok := h.server.Listener(fd); ok {
		h.accept(listener)
	}
}

// accept takes everybody who waits at a listener.
func (h *hub) accept(from harness.Listener) {
	for {
		c, err := h.conns.Accept(from.FD, from.App)
		if err != nil {
			if h.conns.Full(err) {
				h.listen(unix.EPOLL_CTL_DEL)
			}
			return
		}
		h.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
		h.resume(h.spawn(c))
	}
}

// add puts a conversation into the table.
func (h *hub) add(s *socket) {
	for s.FD >= len(h.sockets) {
		h.sockets = append(h.sockets, nil)
	}
	h.sockets[s.FD] = s
}

// remove ends a conversation wherever it is.
func (h *hub) remove(s *socket) {
	_ = s.Kill() // it is a child of the hub
	h.sockets[s.FD] = nil
	h.conns.Remove(s.Conn) // closing takes it out of the set, too
}

// listen adds the listeners to the set, or takes them out of it.
func (h *hub) listen(op int) {
	for _, listener := range h.server.Listeners() {
		h.control(op, listener.FD, unix.EPOLLIN)
	}
}

// control changes the set. It fails only for a descriptor that isn't open, or is in the set already.
func (h *hub) control(op, fd int, events uint32) {
	if err := unix.EpollCtl(h.set, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		h.server.Log("epoll_ctl", "epoll_ctl(%d, %d): %v", op, fd, err)
	}
}
