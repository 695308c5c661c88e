package drive

import (
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/session"
	"c10klab/services/protocol"
)

// table returns an empty table and a function that adds a conversation to it and
// returns its other end. Nothing drives it but the test.
func table(t testing.TB) (*Conns, func(protocol.App) (*Conn, int)) {
	conns := &Conns{
		Start: func(s *session.Session, app protocol.App, _ int) { s.Init(app, session.Deferred()) },
		Log:   func(string, string, ...any) {},
	}
	return conns, func(app protocol.App) (*Conn, int) {
		ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		require.NoError(t, err)
		t.Cleanup(func() { unix.Close(ends[1]) })
		c := conns.Add(ends[0], app)
		t.Cleanup(func() {
			if !c.gone {
				conns.Remove(c)
			}
		})
		return c, ends[1]
	}
}

func TestAnEmptyTableWaitsForEver(t *testing.T) {
	conns, add := table(t)
	assert.Equal(t, -1, conns.Next())
	c, _ := add(protocol.Echo)
	conns.Settle(c, false)
	assert.Equal(t, -1, conns.Next(), "an idle conversation has no deadline")
	conns.Settle(c, true)
	assert.Equal(t, 0, conns.Next(), "one that stopped for fairness comes again at once")
	assert.Equal(t, []*Conn{c}, conns.Expired(time.Now()))
	assert.Equal(t, -1, conns.Next())
}

func TestARemovedConversationNeverComesUp(t *testing.T) {
	conns, add := table(t)
	conns.Idle = time.Nanosecond
	c, _ := add(protocol.Echo)
	conns.Settle(c, true)
	conns.Remove(c)
	assert.Empty(t, conns.Expired(time.Now()))
	assert.Nil(t, conns.Get(c.FD))
	assert.Zero(t, conns.Len())
}

func TestDueTwiceComesUpOnce(t *testing.T) {
	conns, add := table(t)
	conns.Idle = time.Nanosecond
	c, _ := add(protocol.Echo)
	conns.Settle(c, true) // for fairness, and its idle time is over
	assert.Equal(t, []*Conn{c}, conns.Expired(time.Now().Add(time.Second)), "the loop may remove it the first time")
}

func TestOnlyTheBoundIsOwedToAClientThatNeverReads(t *testing.T) {
	conns, add := table(t)
	c, peer := add(protocol.Echo)
	pushed := 0
	chunk := make([]byte, 32<<10)
	for range 1000 {
		n, err := unix.Write(peer, chunk)
		if err == unix.EAGAIN {
			break
		}
		require.NoError(t, err)
		pushed += n
		_, done, err := c.Advance(true, false)
		require.NoError(t, err)
		require.False(t, done)
	}
	assert.LessOrEqual(t, len(c.Session.Pending()), protocol.HighMark+protocol.ReadSize)
	assert.Equal(t, Interest{Read: false, Write: true}, c.Interest(), "it waits for room and reads no more")
	assert.Less(t, pushed, 4<<20)
	assert.Equal(t, 1, conns.Len())
}

func TestFullAndRoom(t *testing.T) {
	conns, add := table(t)
	assert.False(t, conns.Full(unix.EINVAL))
	assert.False(t, conns.Room(), "it was never full")
	c, _ := add(protocol.Echo)
	assert.True(t, conns.Full(unix.EMFILE))
	assert.False(t, conns.Room(), "nobody has left")
	assert.LessOrEqual(t, conns.Next(), 1000, "it tries again after a second")
	assert.GreaterOrEqual(t, conns.Next(), 0)
	conns.Remove(c)
	assert.True(t, conns.Room())
	assert.False(t, conns.Room(), "once")
}

// A loop for each CPU has a table each; the log tells of all of them.
func TestFullSaysHowManyTheServerServes(t *testing.T) {
	var all atomic.Int64
	var said string
	one, come := table(t)
	another, comeToo := table(t)
	one.All, another.All = &all, &all
	one.Log = func(_, format string, args ...any) { said = fmt.Sprintf(format, args...) }
	come(protocol.Echo)
	come(protocol.Echo)
	c, _ := comeToo(protocol.Echo)
	one.Full(unix.EMFILE)
	assert.Contains(t, said, " 3 are served")
	another.Remove(c)
	one.Full(unix.EMFILE)
	assert.Contains(t, said, " 2 are served")
}

func TestDrainAnswersWhatWasReceived(t *testing.T) {
	conns, add := table(t)
	c, peer := add(protocol.Count)
	echo, echoPeer := add(protocol.Echo)
	for _, fd := range []int{peer, echoPeer} {
		_, err := unix.Write(fd, []byte("received before the stop"))
		require.NoError(t, err)
	}
	conns.Drain()
	_, err := unix.Write(echoPeer, []byte(", and this came after it"))
	require.NoError(t, err)
	assert.False(t, conns.Drained())
	for _, d := range conns.Expired(time.Now()) {
		more, done, err := d.Advance(false, false)
		require.NoError(t, err)
		require.False(t, done, "the peer has not closed yet")
		conns.Settle(d, more)
	}
	buf := make([]byte, 100)
	n, err := unix.Read(echoPeer, buf)
	require.NoError(t, err)
	assert.Equal(t, "received before the stop", string(buf[:n]))
	n, err = unix.Read(echoPeer, buf)
	require.NoError(t, err)
	assert.Zero(t, n, "then the end of file")
	n, err = unix.Read(peer, buf)
	require.NoError(t, err)
	assert.Zero(t, n, "the stop is no end of file of the client's: no number")

	for _, d := range []*Conn{c, echo} {
		conns.Remove(d)
	}
	assert.True(t, conns.Drained())
}

func TestALingeringCloseEndsByItself(t *testing.T) {
	conns, add := table(t)
	c, peer := add(protocol.Menu)
	_, err := unix.Write(peer, []byte("exit\n"))
	require.NoError(t, err)
	more, done, err := c.Advance(true, true)
	require.NoError(t, err)
	require.False(t, done)
	conns.Settle(c, more)
	assert.Equal(t, Interest{Read: true}, c.Interest())

	late := time.Now().Add(2 * protocol.Linger)
	require.Equal(t, []*Conn{c}, conns.Expired(late))
	_, done, err = c.Advance(false, false)
	require.NoError(t, err)
	assert.True(t, done)
}

func TestDeferredAnswerComesByTheTable(t *testing.T) {
	conns, add := table(t)
	c, peer := add(protocol.Wait)
	_, err := unix.Write(peer, []byte("5000\n"))
	require.NoError(t, err)
	more, _, err := c.Advance(true, true)
	require.NoError(t, err)
	conns.Settle(c, more)
	assert.Equal(t, Interest{}, c.Interest(), "it waits for a timer only")
	assert.Greater(t, conns.Next(), 0)
	assert.Empty(t, conns.Expired(time.Now()))

	require.Equal(t, []*Conn{c}, conns.Expired(time.Now().Add(6*time.Second)))
	_, _, err = c.Advance(false, false)
	require.NoError(t, err)
	buf := make([]byte, 100)
	n, err := unix.Read(peer, buf)
	require.NoError(t, err)
	assert.Equal(t, "waited 5000\n", string(buf[:n]))
}

func TestHandlersInOtherHands(t *testing.T) {
	conns, add := table(t)
	var handed []*Conn
	conns.Hand = func(c *Conn) error {
		handed = append(handed, c)
		return nil
	}
	c, peer := add(protocol.Menu)
	advance := func(read bool) {
		more, done, err := c.Advance(read, true)
		require.NoError(t, err)
		require.False(t, more)
		require.False(t, done)
	}
	advance(false) // the greeting
	_, err := unix.Write(peer, []byte("0\n"))
	require.NoError(t, err)
	advance(true)
	require.Equal(t, []*Conn{c}, handed)
	assert.True(t, c.Handed())
	assert.Equal(t, Interest{}, c.Interest(), "the loop leaves it alone")
	advance(true)
	assert.Len(t, handed, 1)
	conns.Drain()
	for _, due := range conns.Expired(time.Now()) {
		_, done, _ := due.Advance(false, false)
		assert.False(t, done, "not even a stop takes it out of those hands")
	}

	c.Session.Step() // the other thread
	conns.TakeBack(c)
	_, _, err = c.Advance(false, false)
	require.NoError(t, err)
	got := make([]byte, 1000)
	n, err := unix.Read(peer, got)
	require.NoError(t, err)
	assert.Equal(t, protocol.MenuGreeting+protocol.MenuAgent, string(got[:n]))

	conns, add = table(t)
	conns.Hand = func(*Conn) error { return io.ErrShortBuffer }
	other, peer := add(protocol.Echo)
	_, err = unix.Write(peer, []byte("x"))
	require.NoError(t, err)
	_, done, err := other.Advance(true, false)
	assert.True(t, done)
	assert.Equal(t, io.ErrShortBuffer, err)
	assert.False(t, other.Handed(), "who refuses doesn't keep it")
}
