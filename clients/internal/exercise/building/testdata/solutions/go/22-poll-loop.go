package main

import "io"

// BEGIN YOUR LOOP

type client struct {
	fd    int
	talk  talk
	out   []byte
	ended bool
}

type loop struct {
	array   []pollFd // 0: the listener; 1: stop; then the clients
	clients map[int32]*client
	buf     []byte
}

func serve(listener, stop int) error {
	l := &loop{clients: map[int32]*client{}, buf: make([]byte, 4096)}
	l.array = []pollFd{{Fd: int32(listener), Events: pollIn}, {Fd: int32(stop), Events: pollIn}}
	for {
		if _, err := wait(l.array); err != nil {
			return err
		}
		if l.array[1].Revents != 0 {
			return nil
		}
		if l.array[0].Revents != 0 {
			l.accept(listener)
		}
		for i := 2; i < len(l.array); {
			if l.array[i].Revents != 0 && !l.advance(i) {
				continue // the last entry has moved here
			}
			i++
		}
	}
}

func (l *loop) accept(listener int) {
	for {
		fd, err := accept(listener)
		if err == errFull {
			l.array[0].Events = 0
		}
		if err != nil {
			return
		}
		l.clients[int32(fd)] = &client{fd: fd}
		l.array = append(l.array, pollFd{Fd: int32(fd), Events: pollIn})
	}
}

// advance reports whether the entry is still the same client's.
func (l *loop) advance(i int) bool {
	c := l.clients[l.array[i].Fd]
	if err := l.move(c); err != nil || c.ended && len(c.out) == 0 {
		delete(l.clients, int32(c.fd))
		hangUp(c.fd)
		last := len(l.array) - 1
		l.array[i] = l.array[last]
		l.array = l.array[:last]
		l.array[0].Events = pollIn
		return false
	}
	want := int16(0)
	if !c.ended && len(c.out) < OweAtMost {
		want |= pollIn
	}
	if len(c.out) > 0 {
		want |= pollOut
	}
	l.array[i].Events = want
	return true
}

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

// END YOUR LOOP
