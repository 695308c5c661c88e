package main

import (
	"errors"
	"io"

	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// ErrAborted is why a connection was lost that its own protocol has aborted.
var ErrAborted = errors.New("aborted")

// LoseConnection closes, once all that was written is sent. The protocol receives nothing more.
func (t *Transport) LoseConnection() {
	if t.is&(closing|lost) != 0 {
		return
	}
	t.is |= closing
	t.finish()
	t.watch()
}

// AbortConnection closes at once, whatever is still to be sent.
func (t *Transport) AbortConnection() { t.lose(ErrAborted) }

// finish sends the end of file, when all else is sent, and waits for the peer's:
// closing with unread input would send a reset, and the peer would lose what it was sent.
func (t *Transport) finish() {
	if t.is&closing == 0 || t.out != nil || t.is&(lingering|lost) != 0 {
		return
	}
	if t.is&eof != 0 {
		t.lose(nil)
		return
	}
	if err := sock.CloseWrite(int(t.fd)); err != nil {
		t.lose(err)
		return
	}
	t.is |= lingering
	t.linger = t.reactor.CallLater(protocol.Linger, func() { t.lose(nil) })
}

// discard reads away what the peer still sends while lingering.
func (t *Transport) discard() {
	for range 16 { // then others have their turn
		switch _, err := sock.Recv(int(t.fd), t.reactor.buf); {
		case err == sock.ErrAgain:
			return
		case err != nil:
			t.lose(nil) // its end of file, or its reset
			return
		}
	}
}

// lose has the connection closed at the end of this turn. The first reason counts.
func (t *Transport) lose(reason error) {
	if t.is&lost == 0 {
		t.is |= lost
		t.reactor.lost = append(t.reactor.lost, loss{t, reason})
	}
}

// drain has the protocol receive what has arrived by now and nothing later: a
// client that never pauses would be owed something for ever.
func (t *Transport) drain() {
	t.is |= draining
	t.unread = int32(sock.Unread(int(t.fd)))
	t.watch()
	t.reactor.CallLater(0, t.readRest)
}

// readRest receives once while draining: by turns, not by readiness, which tells of what came later, too.
func (t *Transport) readRest() {
	if t.is&(paused|ended|closing|lost) != 0 {
		return
	}
	if t.unread == 0 {
		if sock.Unread(int(t.fd)) == 0 && sock.PeerClosed(int(t.fd)) {
			t.is |= eof
			t.end(io.EOF)
			return
		}
		t.end(ErrStopping)
		return
	}
	n := t.receive(t.reactor.buf[:min(len(t.reactor.buf), int(t.unread))])
	if t.unread -= int32(n); n == 0 {
		t.unread = 0
	}
	t.reactor.CallLater(0, t.readRest)
}
