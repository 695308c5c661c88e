package main

import (
	"io"

	"c10klab/services/internal/sock"
)

// Transport is a connection, as its protocol sees it. An idle one has no buffer and no timer.
type Transport struct {
	reactor  *Reactor
	protocol Protocol
	out      *rest        // what the socket has not taken; nil: nothing
	linger   *DelayedCall // ends a close that waits for the peer
	fd       int32
	unread   int32    // while draining: what is still to be received of what had arrived by the stop
	told     interest // what the backend was last told to watch
	is       flags
}

type flags uint8

const (
	paused    flags = 1 << iota // the protocol wants to receive nothing now
	ended                       // the protocol was told the end of its input
	eof                         // which was the peer's end of file
	draining                    // the reactor stops
	closing                     // the protocol has written its last
	lingering                   // the end of file is sent, the peer's is awaited
	lost                        // closed at the end of this turn
)

// FD returns the descriptor.
func (t *Transport) FD() int { return int(t.fd) }

// ready is told by the backend.
func (t *Transport) ready(is interest) {
	if is&writing != 0 && t.out != nil && t.is&lost == 0 {
		t.flush()
	}
	switch {
	case is&reading == 0 || t.is&lost != 0:
	case t.is&lingering != 0:
		t.discard()
	case t.told&reading != 0:
		t.receive(t.reactor.buf)
	default: // not asked for, so it is a hang-up
		if err := sock.Pending(int(t.fd)); err != nil {
			t.lose(err)
		}
	}
}

// receive takes what has arrived, once: the socket is still ready if that wasn't
// all, and the others have their turn first. It returns the number of bytes.
func (t *Transport) receive(buf []byte) int {
	n, err := sock.Recv(int(t.fd), buf)
	switch err {
	case nil:
		t.protocol.DataReceived(buf[:n])
	case sock.ErrAgain:
	case io.EOF:
		t.is |= eof
		t.end(err)
	default:
		t.lose(err)
	}
	return n
}

// end ends the protocol's input.
func (t *Transport) end(reason error) {
	t.is |= ended
	t.watch()
	if p, ok := t.protocol.(HalfClosed); ok {
		p.ReadConnectionLost(reason)
		return
	}
	t.LoseConnection()
}

// PauseReading ends the calls of DataReceived: what arrives waits in the kernel, and then at the peer.
func (t *Transport) PauseReading() {
	t.is |= paused
	t.watch()
}

// ResumeReading ends the pause.
func (t *Transport) ResumeReading() {
	if t.is&paused == 0 {
		return
	}
	t.is &^= paused
	t.watch()
	if t.is&draining != 0 {
		t.reactor.CallLater(0, t.readRest)
	}
}

// watch tells the backend what to wait for, if that is something else than before.
func (t *Transport) watch() {
	var want interest
	if t.is&(paused|ended|draining|closing) == 0 || t.is&lingering != 0 {
		want |= reading
	}
	if t.out != nil {
		want |= writing
	}
	if want != t.told && t.is&lost == 0 {
		t.told = want
		t.reactor.backend.modify(int(t.fd), want)
	}
}
