package main

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
	"c10klab/services/protocol"
)

// converse begins the lab's conversation over a reactor that is driven by hand.
func converse(t *testing.T, r *Reactor, fd int, app protocol.App) *conversation {
	c := &conversation{lab: &lab{r, new(harness.Server)}}
	c.session.Init(app, session.Deferred())
	connect(t, r, fd, c)
	return c
}

func TestAConversationTakesTurns(t *testing.T) {
	r, ends := alone(t), pair(t)
	c := converse(t, r, ends[0], protocol.Work)
	_, err := unix.Write(ends[1], []byte(strings.Repeat("1\n", 100)))
	require.NoError(t, err)
	answered := 0
	for turns := 1; answered < 100; turns++ {
		require.NoError(t, r.turn())
		c.ResumeProducing() // says nothing new: it is not its turn
		answers := make([]byte, 1<<16)
		n, err := unix.Read(ends[1], answers)
		require.NoError(t, err)
		answered += strings.Count(string(answers[:n]), "\n")
		require.LessOrEqual(t, answered, 2*turns*fair/2, "one turn for what came, one for what was put off")
	}
	assert.Equal(t, 100, answered)
}

func TestALostConversationComesNoMore(t *testing.T) {
	r, ends := alone(t), pair(t)
	c := converse(t, r, ends[0], protocol.Wait)
	_, err := unix.Write(ends[1], []byte("10000\n"))
	require.NoError(t, err)
	require.NoError(t, r.turn())
	require.NotNil(t, c.pending, "it waits for its answer")
	assert.Len(t, r.timers, 1)
	assert.Zero(t, c.transport.told, "and for nothing else")
	c.transport.AbortConnection()
	r.bury()
	assert.Empty(t, r.timers)
}

// An idle client is a transport, a conversation and a place in the table.
func TestAnIdleClientIsSmall(t *testing.T) {
	size := unsafe.Sizeof(Transport{}) + unsafe.Sizeof(conversation{}) + unsafe.Sizeof([1]selectable{})
	assert.LessOrEqual(t, size, uintptr(256))
}

func TestAnEchoAllocatesNothing(t *testing.T) {
	for _, name := range []string{"epoll", "poll", "select"} {
		r, err := New(name)
		require.NoError(t, err)
		ends := pair(t)
		converse(t, r, ends[0], protocol.Echo)
		request, reply := make([]byte, 64), make([]byte, 64)
		assert.Zero(t, testing.AllocsPerRun(1000, func() {
			if _, err := unix.Write(ends[1], request); err != nil {
				t.Error(err)
			}
			if err := r.turn(); err != nil {
				t.Error(err)
			}
			if n, err := unix.Read(ends[1], reply); n != len(request) || err != nil {
				t.Error(n, err)
			}
		}), name)
	}
}

// What a client that never reads costs: what the session may owe, kept by the
// transport, and not one receive more.
func TestOnlyTheBoundIsOwedToAClientThatNeverReads(t *testing.T) {
	r := alone(t)
	ends := pair(t)
	c := converse(t, r, ends[0], protocol.Echo)
	r.CallLater(1<<60, func() {})
	chunk := make([]byte, 32<<10)
	for range 1000 {
		if _, err := unix.Write(ends[1], chunk); err == unix.EAGAIN {
			break
		}
		require.NoError(t, r.backend.wait(0, r.told))
	}
	require.NotNil(t, c.transport.out)
	assert.LessOrEqual(t, len(c.transport.out.bytes)+len(c.session.Pending()), protocol.HighMark+protocol.ReadSize)
	assert.Equal(t, writing, c.transport.told, "it waits for room and reads no more")
}

func TestNothingIsComputedForWhoHasGone(t *testing.T) {
	c := &conversation{lab: &lab{}, transport: &Transport{is: lost}}
	c.session.Init(protocol.Work)
	c.session.Feed([]byte("1\n2\n"))
	c.advance()
	_, _, run := c.session.Want()
	assert.True(t, run, "its handler is still due, and does not run")
	assert.Empty(t, c.session.Pending())
}
