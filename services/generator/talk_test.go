package main

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/drive/drivetest"
	"c10klab/services/internal/session"
	"c10klab/services/protocol"
)

// join returns a client, and the conversation with it, which nobody has begun.
func join(t *testing.T, app protocol.App) (*drive.Conn, *drivetest.Client) {
	peer := drivetest.Join(t, drivetest.Conns(t, session.Deferred()), app)
	return peer.Conn, peer
}

// pull begins a conversation that nobody schedules but the test. handlers runs them, as
// the scheduler does, and returns what the conversation then waits for.
func pull(t *testing.T, c *drive.Conn) (handlers func() want, next func() (want, bool), stop func()) {
	next, stop = iter.Pull(talk(c))
	t.Cleanup(stop)
	return func() want {
		for {
			w, alive := next()
			require.True(t, alive)
			if w != handler {
				return w
			}
			c.Session.Step()
		}
	}, next, stop
}

func TestAConversationYieldsWhatItWaitsFor(t *testing.T) {
	c, peer := join(t, protocol.Wait)
	handlers, next, _ := pull(t, c)
	assert.Equal(t, readable, handlers())
	assert.Equal(t, readable, handlers(), "resumed for nothing it waits on")

	peer.Say("5\n")
	c.Ready(true, false)
	w, alive := next()
	require.True(t, alive)
	assert.Equal(t, handler, w, "a handler is the scheduler's to run")
	c.Session.Step()
	assert.Equal(t, timer, handlers())
	assert.Equal(t, timer, handlers(), "resumed before the time, it waits on")
	assert.Empty(t, peer.Hear())
	c.Session.Resume()
	assert.Equal(t, readable, handlers())
	assert.Equal(t, "waited 5\n", peer.Hear())
}

func TestAConversationWaitsForRoom(t *testing.T) {
	c, peer := join(t, protocol.Echo)
	handlers, _, _ := pull(t, c)
	assert.Equal(t, readable, handlers())
	sent := peer.Fill()
	for w := readable; w != writable; w = handlers() {
		c.Ready(true, false)
		sent += peer.Fill()
	}
	assert.Equal(t, writable, handlers(), "there is no room yet")
	back := 0
	for back < sent {
		back += len(peer.Hear())
		c.Ready(true, true)
		handlers()
	}
	assert.Equal(t, sent, back)
}

func TestAConversationClosesLingering(t *testing.T) {
	c, peer := join(t, protocol.Menu)
	handlers, next, _ := pull(t, c)
	peer.Say("exit\nwhat follows is discarded")
	c.Ready(true, false)
	assert.Equal(t, readable, handlers(), "it waits for the end of file")
	assert.Equal(t, protocol.MenuGreeting+protocol.MenuGoodbye, peer.Hear())
	peer.Say("still there")
	assert.Equal(t, readable, handlers())
	peer.Close()
	_, alive := next()
	assert.False(t, alive, "both sides have said all they had to say")
}

func TestAStoppedConversationIsGone(t *testing.T) {
	for name, app := range map[string]protocol.App{"readable": protocol.Echo, "timer": protocol.Wait, "lingering": protocol.Menu} {
		c, peer := join(t, app)
		before := drivetest.Coroutines()
		handlers, next, stop := pull(t, c)
		peer.Say(map[protocol.App]string{protocol.Wait: "9999\n", protocol.Menu: "exit\n"}[app])
		c.Ready(true, false)
		handlers()
		assert.Equal(t, before+1, drivetest.Coroutines(), name)
		stop()
		assert.Equal(t, before, drivetest.Coroutines(), name)
		_, alive := next()
		assert.False(t, alive, name)
	}
}
