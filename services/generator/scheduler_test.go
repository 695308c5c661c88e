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
	l := newFixture(t)
	greedy, modest := l.come(protocol.Work), l.come(protocol.Work)
	const requests = 10 * fair
	l.say(greedy, strings.Repeat("1\n", requests))
	l.say(modest, "1\n")
	l.turn(time.Now())
	assert.Equal(t, 1, strings.Count(l.hear(modest), "\n"), "in the same turn")
	answered := strings.Count(l.hear(greedy), "\n")
	assert.LessOrEqual(t, answered, 2*fair, "its turn, and one more at the end of that of all")
	for answered < requests {
		require.Zero(t, l.conns.Next(), "it comes again without being told")
		l.turn(time.Now())
		n := strings.Count(l.hear(greedy), "\n")
		require.Positive(t, n)
		answered += n
	}
	assert.Equal(t, requests, answered)
}

func TestAWaitStallsNobody(t *testing.T) {
	l := newFixture(t)
	slow, quick := l.come(protocol.Wait), l.come(protocol.Echo)
	l.say(slow, "10000\n20\n")
	l.turn(time.Now())
	l.say(quick, "hi")
	l.turn(time.Now())
	assert.Equal(t, "hi", l.hear(quick))
	assert.Empty(t, l.hear(slow))
	l.turn(time.Now().Add(11 * time.Second))
	assert.Equal(t, "waited 10000\n", l.hear(slow), "its second wait has just begun")
	assert.Zero(t, l.turn(time.Now()), "meanwhile the kernel has nothing to tell")
	l.turn(time.Now().Add(time.Second))
	assert.Equal(t, "waited 20\n", l.hear(slow))
}

func TestWhoLeavesTakesItsCoroutineAlong(t *testing.T) {
	for _, c := range []struct {
		waits want
		app   protocol.App
		begin func(l *fixture, peer int)
	}{
		{readable, protocol.Echo, func(*fixture, int) {}},
		{writable, protocol.Echo, func(l *fixture, peer int) {
			for l.fill(peer) > 0 {
				l.turn(time.Now())
			}
		}},
		// Closing with an answer unread is a reset, and the kernel tells of that until the socket is closed.
		{timer, protocol.Wait, func(l *fixture, peer int) { l.say(peer, "0\n10000\n") }},
	} {
		l := newFixture(t)
		before := coroutines()
		peer := l.come(c.app)
		require.Equal(t, before+1, coroutines())
		c.begin(l, peer)
		l.turn(time.Now())
		require.Equal(t, c.waits, l.tasks[len(l.tasks)-1].waits)
		l.close(peer)
		l.turn(time.Now())
		assert.Zero(t, l.conns.Len())
		assert.Equal(t, before, coroutines())
	}
}

func TestWhoseTimeIsUpIsStoppedWhereItWaits(t *testing.T) {
	l := newFixture(t)
	l.conns.Idle = time.Second
	before := coroutines()
	l.come(protocol.Echo)
	lingers := l.come(protocol.Menu)
	l.say(lingers, "exit\n")
	l.turn(time.Now())
	require.Equal(t, before+2, coroutines())
	l.turn(time.Now().Add(protocol.Linger + 2*time.Second))
	assert.Zero(t, l.conns.Len())
	assert.Equal(t, before, coroutines())
}

func TestDrainEndsAllWhereverTheyWait(t *testing.T) {
	l := newFixture(t)
	before := coroutines()
	echo, idle, slow := l.come(protocol.Echo), l.come(protocol.Count), l.come(protocol.Wait)
	l.say(slow, "10000\n")
	l.turn(time.Now())
	l.say(echo, "received before the stop")
	l.conns.Drain()
	l.turn(time.Now())
	assert.Equal(t, "received before the stop", l.hear(echo))
	assert.Empty(t, l.hear(idle))
	l.close(echo)
	l.close(idle)
	l.turn(time.Now())
	require.Equal(t, 1, l.conns.Len(), "this one is owed an answer")
	l.turn(time.Now().Add(11 * time.Second))
	assert.Equal(t, "waited 10000\n", l.hear(slow))
	l.close(slow)
	l.turn(time.Now())
	assert.True(t, l.conns.Drained())
	assert.Equal(t, before, coroutines())
}

func TestAnEchoAllocatesNothing(t *testing.T) {
	l := newFixture(t)
	peer := l.come(protocol.Echo)
	request, reply := []byte("the same"), make([]byte, 64)
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		_, _ = unix.Write(peer, request)
		l.handle(l.tasks[len(l.tasks)-1].FD, unix.EPOLLIN)
		if n, err := unix.Read(peer, reply); n != len(request) || err != nil {
			t.Fatal(n, err)
		}
	}))
}

func TestTheKernelIsToldOnlyWhatHasChanged(t *testing.T) {
	l := newFixture(t)
	peer := l.come(protocol.Echo)
	l.say(peer, "hi")
	require.Equal(t, 1, l.turn(time.Now()))
	for l.fill(peer) > 0 {
		l.turn(time.Now())
	}
	assert.Zero(t, l.turn(time.Now()), "there is much to read, and it is not asked for while there is no room to answer")
	l.hear(peer)
	assert.Equal(t, 1, l.turn(time.Now()), "now there is room")
}
