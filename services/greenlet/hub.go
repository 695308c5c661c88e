package main

import "golang.org/x/sys/unix"

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
	for _, listener := range h.server.Listeners() {
		if listener.FD == fd {
			h.accept(listener)
		}
	}
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
