package main

import (
	"io"
	"syscall"
)

// BEGIN YOUR LOOP

type client struct {
	fd    int
	talk  talk
	out   []byte
	ended bool // nothing more is read: it has said its last byte, or the conversation is over
	asked uint32
}

type loop struct {
	set, listener int
	full          bool
	clients       map[int]*client
	buf           []byte
}

func serve(listener, stop int) error {
	set, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	l := &loop{set: set, listener: listener, clients: map[int]*client{}, buf: make([]byte, 4096)}
	l.control(syscall.EPOLL_CTL_ADD, listener, syscall.EPOLLIN)
	l.control(syscall.EPOLL_CTL_ADD, stop, syscall.EPOLLIN)
	events := make([]syscall.EpollEvent, 128)
	for {
		n, err := syscall.EpollWait(set, events, -1)
		if err != nil && err != syscall.EINTR {
			return err
		}
		for _, e := range events[:max(n, 0)] {
			switch fd := int(e.Fd); fd {
			case stop:
				return nil
			case listener:
				l.accept()
			default:
				l.advance(l.clients[fd])
			}
		}
	}
}

func (l *loop) accept() {
	for {
		fd, err := accept(l.listener)
		if err == errFull {
			l.full = true
			l.control(syscall.EPOLL_CTL_DEL, l.listener, 0)
		}
		if err != nil {
			return
		}
		l.clients[fd] = &client{fd: fd, asked: syscall.EPOLLIN}
		l.control(syscall.EPOLL_CTL_ADD, fd, syscall.EPOLLIN)
	}
}

func (l *loop) advance(c *client) {
	if err := l.move(c); err != nil || c.ended && len(c.out) == 0 {
		l.remove(c)
		return
	}
	want := uint32(0)
	if !c.ended && len(c.out) < OweAtMost {
		want |= syscall.EPOLLIN
	}
	if len(c.out) > 0 {
		want |= syscall.EPOLLOUT
	}
	if want != c.asked {
		c.asked = want
		l.control(syscall.EPOLL_CTL_MOD, c.fd, want)
	}
}

// move sends, receives once, and sends.
func (l *loop) move(c *client) error {
	if err := c.flush(); err != nil {
		return err
	}
	if c.ended || len(c.out) >= OweAtMost {
		return nil
	}
	n, err := receive(c.fd, l.buf)
	switch err {
	case errAgain:
		return nil
	case io.EOF:
		c.ended = true
	case nil:
		answers, over := c.talk.hear(l.buf[:n])
		c.out, c.ended = append(c.out, answers...), over
	default:
		return err
	}
	return c.flush()
}

func (c *client) flush() error {
	for len(c.out) > 0 {
		n, err := send(c.fd, c.out)
		if err == errAgain {
			return nil
		}
		if err != nil {
			return err
		}
		if c.out = c.out[n:]; len(c.out) == 0 {
			c.out = nil
		}
	}
	return nil
}

func (l *loop) remove(c *client) {
	delete(l.clients, c.fd)
	hangUp(c.fd)
	if l.full {
		l.full = false
		l.control(syscall.EPOLL_CTL_ADD, l.listener, syscall.EPOLLIN)
	}
}

func (l *loop) control(op, fd int, events uint32) {
	if err := syscall.EpollCtl(l.set, op, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		panic(err)
	}
}

// END YOUR LOOP
