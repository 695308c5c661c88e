package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/protocol"
)

func TestOneThatPipelinesLetsOthersHaveTheirTurn(t *testing.T) {
	h := newFixture(t)
	greedy, modest := h.come(protocol.Work), h.come(protocol.Work)
	const requests = 10 * fair
	h.say(greedy, strings.Repeat("1\n", requests))
	h.say(modest, "1\n")
	h.turn(time.Now())
	assert.Equal(t, 1, strings.Count(h.hear(modest), "\n"), "in the same turn")
	answered := strings.Count(h.hear(greedy), "\n")
	assert.LessOrEqual(t, answered, 2*fair, "its turn, and one more at the end of that of all")
	for answered < requests {
		require.Zero(t, h.conns.Next(), "it comes again without being told")
		h.turn(time.Now())
		n := strings.Count(h.hear(greedy), "\n")
		require.Positive(t, n)
		answered += n
	}
	assert.Equal(t, requests, answered)
}

func TestAWaitStallsNobody(t *testing.T) {
	h := newFixture(t)
	slow, quick := h.come(protocol.Wait), h.come(protocol.Echo)
	h.say(slow, "10000\n20\n")
	h.turn(time.Now())
	h.say(quick, "hi")
	h.turn(time.Now())
	assert.Equal(t, "hi", h.hear(quick))
	assert.Empty(t, h.hear(slow))
	h.turn(time.Now().Add(11 * time.Second))
	assert.Equal(t, "waited 10000\n", h.hear(slow), "its second wait has just begun")
	assert.Zero(t, h.turn(time.Now()), "meanwhile the kernel has nothing to tell")
	h.turn(time.Now().Add(time.Second))
	assert.Equal(t, "waited 20\n", h.hear(slow))
}

func TestWhoLeavesTakesItsGreenletAlong(t *testing.T) {
	for _, c := range []struct {
		waits uint32
		app   protocol.App
		begin func(h *fixture, peer int)
	}{
		{unix.EPOLLIN, protocol.Echo, func(*fixture, int) {}},
		{unix.EPOLLOUT, protocol.Echo, func(h *fixture, peer int) {
			for h.fill(peer) > 0 {
				h.turn(time.Now())
			}
		}},
		// Closing with an answer unread is a reset, and the kernel tells of that until the socket is closed.
		{0, protocol.Wait, func(h *fixture, peer int) { h.say(peer, "0\n10000\n") }},
	} {
		h := newFixture(t)
		before := coroutines()
		peer := h.come(c.app)
		require.Equal(t, before+1, coroutines())
		c.begin(h, peer)
		h.turn(time.Now())
		require.Equal(t, c.waits, h.sockets[len(h.sockets)-1].events)
		h.close(peer)
		h.turn(time.Now())
		assert.Zero(t, h.conns.Len())
		assert.Equal(t, before, coroutines())
	}
}

func TestWhoseTimeIsUpIsStoppedWhereItWaits(t *testing.T) {
	h := newFixture(t)
	h.conns.Idle = time.Second
	before := coroutines()
	h.come(protocol.Echo)
	lingers := h.come(protocol.Menu)
	h.say(lingers, "exit\n")
	h.turn(time.Now())
	require.Equal(t, before+2, coroutines())
	h.turn(time.Now().Add(protocol.Linger + 2*time.Second))
	assert.Zero(t, h.conns.Len())
	assert.Equal(t, before, coroutines())
}

func TestDrainEndsAllWhereverTheyWait(t *testing.T) {
	h := newFixture(t)
	before := coroutines()
	echo, idle, slow := h.come(protocol.Echo), h.come(protocol.Count), h.come(protocol.Wait)
	h.say(slow, "10000\n")
	h.turn(time.Now())
	h.say(echo, "received before the stop")
	h.conns.Drain()
	h.turn(time.Now())
	assert.Equal(t, "received before the stop", h.hear(echo))
	assert.Empty(t, h.hear(idle))
	h.close(echo)
	h.close(idle)
	h.turn(time.Now())
	require.Equal(t, 1, h.conns.Len(), "this one is owed an answer")
	h.turn(time.Now().Add(11 * time.Second))
	assert.Equal(t, "waited 10000\n", h.hear(slow))
	h.close(slow)
	h.turn(time.Now())
	assert.True(t, h.conns.Drained())
	assert.Equal(t, before, coroutines())
}

func TestAnEchoAllocatesNothing(t *testing.T) {
	h := newFixture(t)
	peer := h.come(protocol.Echo)
	request, reply := []byte("the same"), make([]byte, 64)
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		_, _ = unix.Write(peer, request)
		h.handle(h.sockets[len(h.sockets)-1].FD, unix.EPOLLIN)
		if n, err := unix.Read(peer, reply); n != len(request) || err != nil {
			t.Fatal(n, err)
		}
	}))
}

func TestTheKernelIsToldOnlyWhatHasChanged(t *testing.T) {
	h := newFixture(t)
	peer := h.come(protocol.Echo)
	h.say(peer, "hi")
	require.Equal(t, 1, h.turn(time.Now()))
	for h.fill(peer) > 0 {
		h.turn(time.Now())
	}
	assert.Zero(t, h.turn(time.Now()), "there is much to read, and it is not asked for while there is no room to answer")
	h.hear(peer)
	assert.Equal(t, 1, h.turn(time.Now()), "now there is room")
}

// A deep call makes the stack grow that it stands on, and it stays large.
func TestHandlersRunOnTheHubsStack(t *testing.T) {
	h := newFixture(t)
	peer := h.come(protocol.Work)
	s := h.sockets[len(h.sockets)-1]
	var on []*Greenlet
	step := s.step
	s.step = func() { on = append(on, Current()); step() }
	h.say(peer, "1\n")
	h.turn(time.Now())
	assert.NotEmpty(t, h.hear(peer))
	require.NotEmpty(t, on)
	for _, g := range on {
		assert.Same(t, h.Greenlet, g)
	}
}

func TestAKilledConversationSaysSo(t *testing.T) {
	h := newFixture(t)
	c, _ := h.join(protocol.Echo)
	h.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
	s := h.spawn(c)
	h.resume(s)
	require.False(t, s.Dead())
	h.remove(s)
	assert.True(t, s.Dead())
	assert.ErrorIs(t, s.err, ErrExit)
}
