package main

import "golang.org/x/sys/unix"

// open makes the ring and its buffers, and tries them.
func open(modes ...uint32) (p *proactor, err error) {
	p = new(proactor)
	if p.ring, err = openRing(modes...); err != nil {
		return nil, err
	}
	if p.buffers, err = openBuffers(p.ring); err == nil {
		err = p.try()
	}
	if err != nil {
		p.ring.close()
		return nil, err
	}
	return p, nil
}

// try has the kernel do once, on a pair of sockets, what this model stands on: a
// receive that goes on by itself and takes its buffers from the ring (Linux 6.0).
// No flag would tell; EINVAL says that the kernel doesn't know it.
func (p *proactor) try() error {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(ends[0]) }()
	if _, err = unix.Write(ends[1], []byte("x")); err != nil {
		_ = unix.Close(ends[1])
		return err
	}
	p.submitReceive(ends[0])
	first, err := p.await()
	_ = unix.Close(ends[1]) // the end of file ends the receive
	for done := first; err == nil && done.flags&cqeMore != 0; {
		done, err = p.await()
	}
	if err == nil && first.res < 0 {
		err = unix.Errno(-first.res)
	}
	return err
}

// await returns the next completion, and gives its buffer back.
func (p *proactor) await() (done cqe, err error) {
	for p.ring.ready() == 0 {
		if err := p.ring.wait(-1); err != nil {
			return done, err
		}
	}
	done = p.ring.take()
	if done.flags&cqeBuffer != 0 {
		p.buffers.give(uint16(done.flags >> cqeBufferShift))
	}
	return done, nil
}
