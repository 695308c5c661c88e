package drivetest

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/protocol"
)

// Coroutines counts those that wait, however many goroutines the tests have.
func Coroutines() int {
	dump := make([]byte, 1<<20)
	return strings.Count(string(dump[:runtime.Stack(dump, true)]), "[coroutine")
}

// Behave holds a model to what is expected of all whose conversations are coroutines.
// It runs fair handlers of one conversation before the others have their turn.
func Behave(t *testing.T, fair int, start Start) {
	for _, behaviour := range []struct {
		name string
		hold func(t *testing.T, l *Loop)
	}{
		{"one that pipelines lets others have their turn", func(t *testing.T, l *Loop) { pipelines(t, l, fair) }},
		{"a wait stalls nobody", waits},
		{"who leaves while it waits to read takes its coroutine along", leavesReading},
		{"who leaves while it waits for room takes its coroutine along", leavesWriting},
		{"who leaves while it waits for a time takes its coroutine along", leavesWaiting},
		{"whose time is up is stopped where it waits", expires},
		{"a drain ends all wherever they wait", drains},
		{"an echo allocates nothing", allocates},
		{"who has no room for answers is not read", fills},
	} {
		t.Run(behaviour.name, func(t *testing.T) { behaviour.hold(t, NewLoop(t, start)) })
	}
}

func pipelines(t *testing.T, l *Loop, fair int) {
	greedy, modest := l.Come(protocol.Work), l.Come(protocol.Work)
	requests := 10 * fair
	greedy.Say(strings.Repeat("1\n", requests))
	modest.Say("1\n")
	l.Turn()
	assert.Equal(t, 1, strings.Count(modest.Hear(), "\n"), "in the same turn")
	answered := strings.Count(greedy.Hear(), "\n")
	assert.LessOrEqual(t, answered, 2*fair, "its turn, and one more at the end of that of all")
	for answered < requests {
		require.Zero(t, l.Conns.Next(), "it comes again without being told")
		l.Turn()
		n := strings.Count(greedy.Hear(), "\n")
		require.Positive(t, n)
		answered += n
	}
	assert.Equal(t, requests, answered)
}

func waits(t *testing.T, l *Loop) {
	slow, quick := l.Come(protocol.Wait), l.Come(protocol.Echo)
	slow.Say("10000\n20\n")
	l.Turn()
	quick.Say("hi")
	l.Turn()
	assert.Equal(t, "hi", quick.Hear())
	assert.Empty(t, slow.Hear())
	l.TurnIn(11 * time.Second)
	assert.Equal(t, "waited 10000\n", slow.Hear(), "its second wait has just begun")
	assert.Zero(t, l.Turn(), "meanwhile the kernel has nothing to tell")
	l.TurnIn(time.Second)
	assert.Equal(t, "waited 20\n", slow.Hear())
}

func leavesReading(t *testing.T, l *Loop) {
	leaves(t, l, protocol.Echo, unix.EPOLLIN, func(*Client) {})
}

func leavesWriting(t *testing.T, l *Loop) {
	leaves(t, l, protocol.Echo, unix.EPOLLOUT, func(c *Client) {
		for c.Fill() > 0 {
			l.Turn()
		}
	})
}

// Closing with an answer unread is a reset, and the kernel tells of that until the socket is closed.
func leavesWaiting(t *testing.T, l *Loop) {
	leaves(t, l, protocol.Wait, 0, func(c *Client) { c.Say("0\n10000\n") })
}

// leaves has a client leave while its conversation waits for that.
func leaves(t *testing.T, l *Loop, app protocol.App, on uint32, begin func(*Client)) {
	before := Coroutines()
	c := l.Come(app)
	require.Equal(t, before+1, Coroutines())
	begin(c)
	l.Turn()
	require.Equal(t, on, l.Waits(c.Conn))
	c.Close()
	l.Turn()
	assert.Zero(t, l.Conns.Len())
	assert.Equal(t, before, Coroutines())
}

func expires(t *testing.T, l *Loop) {
	l.Conns.Idle = time.Second
	before := Coroutines()
	l.Come(protocol.Echo)
	lingers := l.Come(protocol.Menu)
	lingers.Say("exit\n")
	l.Turn()
	require.Equal(t, before+2, Coroutines())
	l.TurnIn(protocol.Linger + 2*time.Second)
	assert.Zero(t, l.Conns.Len())
	assert.Equal(t, before, Coroutines())
}

func drains(t *testing.T, l *Loop) {
	before := Coroutines()
	echo, idle, slow := l.Come(protocol.Echo), l.Come(protocol.Count), l.Come(protocol.Wait)
	slow.Say("10000\n")
	l.Turn()
	echo.Say("received before the stop")
	l.Conns.Drain()
	l.Turn()
	assert.Equal(t, "received before the stop", echo.Hear())
	assert.Empty(t, idle.Hear())
	echo.Close()
	idle.Close()
	l.Turn()
	require.Equal(t, 1, l.Conns.Len(), "this one is owed an answer")
	l.TurnIn(11 * time.Second)
	assert.Equal(t, "waited 10000\n", slow.Hear())
	slow.Close()
	l.Turn()
	assert.True(t, l.Conns.Drained())
	assert.Equal(t, before, Coroutines())
}

func allocates(t *testing.T, l *Loop) {
	c := l.Come(protocol.Echo)
	request, reply := []byte("the same"), make([]byte, 64)
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		_, _ = unix.Write(c.FD, request)
		l.Handle(c.Conn.FD, unix.EPOLLIN)
		if n, err := unix.Read(c.FD, reply); n != len(request) || err != nil {
			t.Fatal(n, err)
		}
	}))
}

func fills(t *testing.T, l *Loop) {
	c := l.Come(protocol.Echo)
	c.Say("hi")
	require.Equal(t, 1, l.Turn())
	for c.Fill() > 0 {
		l.Turn()
	}
	assert.Zero(t, l.Turn(), "there is much to read, and it is not asked for while there is no room to answer")
	c.Hear()
	assert.Equal(t, 1, l.Turn(), "now there is room")
}
