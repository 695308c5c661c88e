package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/drive/drivetest"
	"c10klab/services/internal/harness"
	"c10klab/services/protocol"
)

func TestHub(t *testing.T) { drivetest.Behave(t, fair, start) }

// model is a hub that is the test itself.
type model struct{ *hub }

func start(set int, conns *drive.Conns) drivetest.Model {
	return model{&hub{Greenlet: Current(), set: set, server: &harness.Server{}, conns: conns}}
}

func (m model) Begin(c *drive.Conn) {
	m.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
	m.resume(m.spawn(c))
}

func (m model) Handle(fd int, events uint32) { m.handle(fd, events) }
func (m model) Resume(c *drive.Conn)         { m.resume(m.sockets[c.FD]) }
func (m model) Remove(c *drive.Conn)         { m.remove(m.sockets[c.FD]) }
func (m model) Waits(c *drive.Conn) uint32   { return m.sockets[c.FD].events }

// A deep call makes the stack grow that it stands on, and it stays large.
func TestHandlersRunOnTheHubsStack(t *testing.T) {
	l := drivetest.NewLoop(t, start)
	h := l.Model.(model).hub
	peer := l.Come(protocol.Work)
	s := h.sockets[peer.Conn.FD]
	var on []*Greenlet
	step := s.step
	s.step = func() { on = append(on, Current()); step() }
	peer.Say("1\n")
	l.Turn()
	assert.NotEmpty(t, peer.Hear())
	require.NotEmpty(t, on)
	for _, g := range on {
		assert.Same(t, h.Greenlet, g)
	}
}

func TestAKilledConversationSaysSo(t *testing.T) {
	l := drivetest.NewLoop(t, start)
	h := l.Model.(model).hub
	s := h.sockets[l.Come(protocol.Echo).Conn.FD]
	require.False(t, s.Dead())
	h.remove(s)
	assert.True(t, s.Dead())
	assert.ErrorIs(t, s.err, ErrExit)
}
