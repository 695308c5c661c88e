package drivetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// Model is a model's loop over a set of epoll's, in which each conversation is a
// coroutine: what there is to do between one wait and the next.
type Model interface {
	Begin(c *drive.Conn)             // a connection has been accepted
	Handle(fd int, events uint32)    // the set tells of a descriptor
	Resume(c *drive.Conn)            // a time has come, or the next turn
	Remove(c *drive.Conn)            // ends a conversation wherever it waits
	Waits(c *drive.Conn) (on uint32) // which events the set was last asked for
}

// Start returns a model's loop over an empty set and an empty table.
type Start func(set int, conns *drive.Conns) Model

// Loop is a model's loop whose turns are the test's.
type Loop struct {
	Model
	Conns *drive.Conns
	set   int
	t     testing.TB
}

// NewLoop returns a loop without a conversation.
func NewLoop(t testing.TB, start Start) *Loop {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(set) })
	conns := Conns(t, session.Deferred())
	return &Loop{start(set, conns), conns, set, t}
}

// Come adds a client, as accept does.
func (l *Loop) Come(app protocol.App) *Client {
	c := Join(l.t, l.Conns, app)
	l.t.Cleanup(func() {
		if has(l.Conns, c) {
			l.Remove(c.Conn)
		}
	})
	l.Begin(c.Conn)
	return c
}

// Turn is one turn of the loop, now. It reports how many were ready.
func (l *Loop) Turn() int { return l.TurnIn(0) }

// TurnIn is one turn of the loop for which so much time has passed.
func (l *Loop) TurnIn(d time.Duration) int {
	events := make([]unix.EpollEvent, 512)
	n, err := sock.EpollWait(l.set, events, 0, false)
	require.NoError(l.t, err)
	for _, event := range events[:n] {
		l.Handle(int(event.Fd), event.Events)
	}
	for _, c := range l.Conns.Expired(time.Now().Add(d)) {
		l.Resume(c)
	}
	return n
}
