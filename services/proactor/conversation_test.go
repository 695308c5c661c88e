package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// begun is a proactor with conversations but no listener, driven by the test, turn by turn.
func begun(t *testing.T, p *proactor) *proactor {
	p.server = new(harness.Server)
	p.conns = p.server.Conns(session.Deferred())
	return p
}

// join begins a conversation and returns the client's end.
func join(t *testing.T, p *proactor, app protocol.App) (c *drive.Conn, client int) {
	t.Helper()
	p.listeners, p.accepts = []harness.Listener{{App: app}}, []bool{true}
	server, client := pair(t)
	p.accepted(0, int32(server))
	c = p.conns.Get(server)
	require.NotNil(t, c)
	return c, client
}

// settle turns the loop until the kernel and the handlers have nothing to do but
// wait for a client. It returns how many receives were called off.
func settle(t *testing.T, p *proactor) (canceled int) {
	t.Helper()
	for idle := 0; idle < 3; {
		require.NoError(t, p.ring.wait(0))
		if p.ring.ready() > 0 {
			idle = 0
		} else {
			idle++
		}
		for n := p.ring.ready(); n > 0; n-- {
			done := p.ring.take()
			if done.userData&^whose == canceling {
				canceled++
			}
			p.complete(done)
		}
		for _, c := range p.conns.Expired(time.Now()) {
			p.advance(c)
		}
	}
	return canceled
}

// A client sends without reading. What it sent, and lies in neither socket, the
// server holds: no more than the mark and what the kernel may deliver beyond it.
// Once it reads, everything comes, and it is served as before.
func TestAClientThatNeverReads(t *testing.T) {
	inEveryMode(t, func(t *testing.T, p *proactor) {
		begun(t, p)
		c, client := join(t, p, protocol.Echo)
		block := []byte(strings.Repeat("0123456789abcdef", 4<<10))
		sent, most := 0, 0
		for stuck := 0; stuck < 10; {
			n, err := unix.Write(client, block[sent%len(block):])
			if err == unix.EAGAIN {
				stuck++
			} else {
				require.NoError(t, err)
				sent, stuck = sent+n, 0
			}
			settle(t, p)
			most = max(most, sent-sock.Unread(c.FD)-sock.Unread(client))
		}
		assert.Greater(t, most, protocol.HighMark, "it does take what it may")
		assert.LessOrEqual(t, most, protocol.HighMark+256<<10)
		assert.False(t, p.operations[c.FD].receiving, "the receive was called off")
		assert.True(t, p.operations[c.FD].sending)

		buf := make([]byte, 64<<10)
		for got := 0; got < sent; settle(t, p) {
			n, err := unix.Read(client, buf)
			require.NoError(t, err)
			require.Equal(t, string(block[got%len(block):][:min(n, len(block)-got%len(block))]), string(buf[:min(n, len(block)-got%len(block))]))
			got += n
		}
		assert.True(t, p.operations[c.FD].receiving, "and goes on now")
		_, err := unix.Write(client, []byte("still here"))
		require.NoError(t, err)
		settle(t, p)
		n, err := unix.Read(client, buf)
		require.NoError(t, err)
		assert.Equal(t, "still here", string(buf[:n]))
		assert.Len(t, p.slots.free, slotsAtATime, "no memory is kept for a client that is owed nothing")
	})
}

// A client that reads may send as much as it likes: its receive goes on for ever.
func TestAClientThatReadsIsNotCalledOff(t *testing.T) {
	inEveryMode(t, func(t *testing.T, p *proactor) {
		begun(t, p)
		c, client := join(t, p, protocol.Echo)
		block, buf := []byte(strings.Repeat("x", 3*receiveSize)), make([]byte, 4*receiveSize)
		for sent := 0; sent < 4*protocol.HighMark; sent += len(block) {
			_, err := unix.Write(client, block)
			require.NoError(t, err)
			for got := 0; got < len(block); {
				require.Zero(t, settle(t, p))
				if n, err := unix.Read(client, buf); err == nil {
					got += n
				}
			}
		}
		assert.True(t, p.operations[c.FD].receiving)
	})
}

// One client asks for thousands of answers in one go. Another, which asks later,
// has its own before the first has all.
func TestAPipelineLeavesRoomForOthers(t *testing.T) {
	inEveryMode(t, func(t *testing.T, p *proactor) {
		begun(t, p)
		_, greedy := join(t, p, protocol.Menu)
		_, modest := join(t, p, protocol.Menu)
		settle(t, p)
		drain := func(fd int) string {
			buf := make([]byte, 256<<10)
			n, err := unix.Read(fd, buf)
			if err == unix.EAGAIN {
				return ""
			}
			require.NoError(t, err)
			return string(buf[:n])
		}
		require.Equal(t, protocol.MenuGreeting, drain(greedy))
		require.Equal(t, protocol.MenuGreeting, drain(modest))
		const requests = 1000
		_, err := unix.Write(greedy, []byte(strings.Repeat("0\n", requests)))
		require.NoError(t, err)
		_, err = unix.Write(modest, []byte("0\n"))
		require.NoError(t, err)
		first, second := "", ""
		for turns := 0; second == ""; turns++ {
			require.Less(t, turns, 10*requests)
			require.NoError(t, p.ring.wait(0))
			for n := p.ring.ready(); n > 0; n-- {
				p.complete(p.ring.take())
			}
			first, second = first+drain(greedy), drain(modest)
		}
		assert.Equal(t, protocol.MenuAgent, second)
		assert.Less(t, len(first), requests/10*len(protocol.MenuAgent))
		for more := true; more; { // the socket doesn't hold all of it at once
			settle(t, p)
			rest := drain(greedy)
			first, more = first+rest, rest != ""
		}
		assert.True(t, first == strings.Repeat(protocol.MenuAgent, requests), "got %d bytes", len(first))
	})
}

// A conversation whose time is up has a receive under way: its descriptor is
// closed when the kernel has let go of it, and not before.
func TestAnIdleConversationIsCalledOff(t *testing.T) {
	inEveryMode(t, func(t *testing.T, p *proactor) {
		begun(t, p)
		p.conns.Idle = time.Nanosecond
		c, client := join(t, p, protocol.Echo)
		for _, c := range p.conns.Expired(time.Now().Add(time.Second)) {
			p.advance(c)
		}
		assert.Same(t, c, p.conns.Get(c.FD), "the receive is still under way")
		settle(t, p)
		assert.Nil(t, p.conns.Get(c.FD))
		n, err := unix.Read(client, make([]byte, 1))
		assert.NoError(t, err)
		assert.Zero(t, n, "the end of file")
	})
}

// No descriptor is left: nobody is accepted any more until somebody has left.
func TestFull(t *testing.T) {
	p := begun(t, opened(t, modes...))
	_, client := join(t, p, protocol.Echo)
	listener, err := sock.Listen("127.0.0.1", 0, 16, false)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(listener) })
	p.listeners = []harness.Listener{{FD: listener, App: protocol.Echo}}
	p.accepts[0] = false
	p.accepted(0, -int32(unix.EMFILE))
	assert.False(t, p.accepts[0])
	assert.False(t, p.conns.Room())
	require.NoError(t, unix.Shutdown(client, unix.SHUT_RDWR))
	settle(t, p)
	require.Zero(t, p.conns.Len())
	require.True(t, p.conns.Room())
	p.listen()
	assert.True(t, p.accepts[0])

	p.accepts[0] = false
	p.accepted(0, -int32(unix.ECONNABORTED))
	assert.True(t, p.accepts[0], "one client that was gone again is no reason to pause")
}
