package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

// Listen has the clients of a listening, non-blocking socket served by a factory's
// protocols. The descriptor stays its owner's, who closes it after Stop.
func (r *Reactor) Listen(fd int, factory Factory) error {
	p := &port{r, factory, fd}
	if err := r.watch(fd, p); err != nil {
		return err
	}
	r.ports = append(r.ports, p)
	return nil
}

// port is a listening socket.
type port struct {
	reactor *Reactor
	factory Factory
	fd      int
}

// #region accept

// ready takes everybody who waits.
func (p *port) ready(interest) {
	for p.reactor.retry == nil {
		fd, err := sock.Accept(p.fd)
		if err == nil {
			err = p.connect(fd)
		}
		switch {
		case err == nil:
		case sock.Exhausted(err):
			p.reactor.full(err)
		case err != sock.ErrAgain:
			p.reactor.Log("accept", "accept: %v", err)
			return
		default:
			return
		}
	}
}

// connect gives a client a transport and a protocol. Where the backend can't take
// the descriptor, it is closed.
func (p *port) connect(fd int) error {
	r := p.reactor
	t := &Transport{reactor: r, fd: int32(fd), told: reading}
	if err := r.watch(fd, t); err != nil {
		_ = unix.Close(fd)
		return fmt.Errorf("one was closed: %w", err)
	}
	t.protocol = p.factory.BuildProtocol(fd)
	r.n++
	r.release.Joined(r.n)
	if t.protocol == nil {
		t.lose(nil)
		return nil
	}
	t.protocol.ConnectionMade(t)
	return nil
}

// full drops the ports: they stay ready, and would be told again and again.
func (r *Reactor) full(err error) {
	r.Log("full", "no room for another client: %v; %d are served, the others wait in the backlog", err, r.n)
	for _, p := range r.ports {
		r.backend.modify(p.fd, 0)
	}
	r.retry = r.CallLater(time.Second, r.accepting)
}

// accepting takes the ports up again, if they were dropped.
func (r *Reactor) accepting() {
	if r.retry == nil {
		return
	}
	r.retry.Cancel()
	r.retry = nil
	for _, p := range r.ports {
		r.backend.modify(p.fd, reading)
	}
}

// #endregion
