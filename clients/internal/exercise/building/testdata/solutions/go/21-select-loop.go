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
	read, write fdSet
	highest     int
	listener    int
	clients     [setSize]*client
	buf         []byte
}

func serve(listener, stop int) error {
	l := &loop{listener: listener, highest: max(listener, stop), buf: make([]byte, 4096)}
	l.read.add(listener)
	l.read.add(stop)
	for {
		read, write := l.read, l.write
		if _, err := wait(l.highest, &read, &write); err != nil {
			return err
		}
		if read.has(stop) {
			return nil
		}
		for fd := 0; fd <= l.highest; fd++ {
			if c := l.clients[fd]; c != nil && (read.has(fd) || write.has(fd)) {
				l.advance(c)
			}
		}
		if read.has(listener) {
			l.accept()
		}
	}
}

func (l *loop) accept() {
	for {
		next, err := lowestFree(l.listener)
		if err != nil || next >= setSize {
			l.read.remove(l.listener)
			return
		}
		fd, err := accept(l.listener)
		if err == errFull {
			l.read.remove(l.listener)
		}
		if err != nil {
			return
		}
		l.clients[fd] = &client{fd: fd}
		l.read.add(fd)
		l.highest = max(l.highest, fd)
	}
}

func (l *loop) advance(c *client) {
	l.read.remove(c.fd)
	l.write.remove(c.fd)
	if err := l.move(c); err != nil || c.ended && len(c.out) == 0 {
		l.clients[c.fd] = nil
		hangUp(c.fd)
		l.read.add(l.listener)
		return
	}
	if !c.ended && len(c.out) < OweAtMost {
		l.read.add(c.fd)
	}
	if len(c.out) > 0 {
		l.write.add(c.fd)
	}
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
