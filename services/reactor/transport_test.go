package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/sock"
)

func TestAProtocolThatKnowsNoHalfCloseIsClosedWhenAllIsSent(t *testing.T) {
	reasons := make(chan error, 10)
	each(t, parts(func(*Reactor) part {
		return part{received: echo, gone: func(reason error) { reasons <- reason }}
	}), func(t *testing.T, s *served) {
		c := s.dial(t)
		large := strings.Repeat("0123456789abcdef", 1<<18)
		go func() {
			io.WriteString(c.TCPConn, large)
			c.CloseWrite()
		}()
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.True(t, large == string(got), "%d bytes came of %d", len(got), len(large))
		assert.NoError(t, <-reasons)

		c = s.dial(t)
		c.say("hello\n")
		c.hears("hello\n")
		require.NoError(t, c.SetLinger(0))
		c.Close()
		assert.ErrorIs(t, <-reasons, unix.ECONNRESET)
	})
}

func TestLoseConnectionDoesNotResetWhatIsOnItsWay(t *testing.T) {
	each(t, parts(func(*Reactor) part {
		return part{received: func(p *part, data []byte) {
			if bytes.HasPrefix(data, []byte("bye\n")) {
				p.Write([]byte("bye\n"))
				p.LoseConnection()
				p.LoseConnection()
				p.Write([]byte("dropped\n"))
			}
		}}
	}), func(t *testing.T, s *served) {
		c := s.dial(t)
		c.say("bye\n" + strings.Repeat("not read by the protocol", 10_000))
		c.hears("bye\n")
		c.hearsTheEnd()
	})
}

// connect gives a reactor that is driven by hand a connection; it closes a duplicate of fd.
func connect(t *testing.T, r *Reactor, fd int, p Protocol) *Transport {
	ours, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	require.NoError(t, err)
	require.NoError(t, (&port{reactor: r, factory: FactoryFunc(func(int) Protocol { return p })}).connect(ours))
	return r.watched[ours].(*Transport)
}

func TestAClosedConnectionLingersUntilThePeerHasSaidAll(t *testing.T) {
	r, ends := alone(t), pair(t)
	made := connect(t, r, ends[0], &part{received: func(p *part, _ []byte) { p.LoseConnection() }})
	for range 3 { // the first is received, the others are read away
		_, err := unix.Write(ends[1], []byte("still here"))
		require.NoError(t, err)
		require.NoError(t, r.turn())
		require.Equal(t, 1, r.n)
		require.True(t, made.linger.Active(), "but not for ever")
	}
	assert.Zero(t, sock.Unread(ends[0]))
	require.NoError(t, unix.Shutdown(ends[1], unix.SHUT_WR))
	require.NoError(t, r.turn())
	assert.Zero(t, r.n)
	assert.Equal(t, -1, r.timeout(), "no timer is left")

	made = connect(t, r, pair(t)[0], &part{made: func(p *part) { p.LoseConnection() }})
	made.linger.Reset(0)
	for r.n > 0 { // here it is the time that ends it
		require.NoError(t, r.turn())
	}
}

func TestAbortLosesWhatIsToBeSent(t *testing.T) {
	reasons := make(chan error, 3)
	each(t, parts(func(*Reactor) part {
		return part{
			made:     func(p *part) { p.Write(make([]byte, 32<<20)) },
			received: func(p *part, _ []byte) { p.AbortConnection(); p.AbortConnection() },
			gone:     func(reason error) { reasons <- reason },
		}
	}), func(t *testing.T, s *served) {
		c := s.dial(t)
		c.say("x")
		assert.ErrorIs(t, <-reasons, ErrAborted)
		n, _ := io.Copy(io.Discard, c)
		assert.Less(t, n, int64(32<<20))
	})
}

func TestPausedReceivesNothingUntilResumed(t *testing.T) {
	each(t, parts(func(r *Reactor) part {
		held := false
		return part{received: func(p *part, data []byte) {
			if held {
				p.Write([]byte("received while paused"))
			}
			p.Write(data)
			held = true
			p.PauseReading()
			r.CallLater(0, func() { // in this turn: the socket is asked in between
				r.CallLater(0, func() { held = false; p.ResumeReading() })
			})
		}}
	}), func(t *testing.T, s *served) {
		c := s.dial(t)
		large := strings.Repeat("0123456789abcdef", 1<<16)
		go func() {
			io.WriteString(c.TCPConn, large)
			c.CloseWrite()
		}()
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.True(t, large == string(got), "%d bytes came of %d", len(got), len(large))
	})
}

func TestTheStopAnswersWhatHadArrived(t *testing.T) {
	each(t, parts(func(*Reactor) part { return part{received: echo} }), func(t *testing.T, s *served) {
		c, idle := s.dial(t), s.dial(t)
		for _, c := range []*client{c, idle} { // both are served
			c.say("hello\n")
			c.hears("hello\n")
		}
		c.say("owed\n")
		unix.Close(s.wake)
		s.wake = -1
		c.hears("owed\n")
		c.hearsTheEnd()
		idle.hearsTheEnd()
		c.Close()
		idle.Close()
		require.NoError(t, <-s.ended)
	})
}

func TestTheStopAnswersNothingThatCameLater(t *testing.T) {
	for _, name := range []string{"epoll", "poll", "select"} {
		r, err := New(name)
		require.NoError(t, err)
		ends := pair(t)
		made := connect(t, r, ends[0], &part{received: echo})
		_, err = unix.Write(ends[1], []byte("came before"))
		require.NoError(t, err)
		r.Stop(10 * time.Second)
		_, err = unix.Write(ends[1], []byte(", came later"))
		require.NoError(t, err)
		for made.is&(lingering|lost) == 0 {
			require.NoError(t, r.turn())
		}
		answer := make([]byte, 100)
		n, err := unix.Read(ends[1], answer)
		require.NoError(t, err)
		assert.Equal(t, "came before", string(answer[:n]))
		n, err = unix.Read(ends[1], answer)
		require.NoError(t, err, "an end of file, no reset")
		assert.Zero(t, n)
		require.NoError(t, unix.Shutdown(ends[1], unix.SHUT_WR))
		require.NoError(t, r.Run())
	}
}

// held is a protocol that receives nothing before the stop.
type held struct{ part }

func (h *held) ReadConnectionLost(reason error) {
	if reason == ErrStopping {
		h.Write([]byte("the reactor stops\n"))
	}
	h.LoseConnection()
}

// stubborn says its last only when what came after the stop lies unread in its socket.
type stubborn struct{ held }

func (p *stubborn) ReadConnectionLost(reason error) {
	if sock.Unread(p.FD()) == 0 {
		p.reactor.CallLater(0, func() { p.ReadConnectionLost(reason) })
		return
	}
	p.held.ReadConnectionLost(reason)
}

func TestTheStopDoesNotResetWhoGoesOnSending(t *testing.T) {
	each(t, func(*Reactor) Factory {
		return FactoryFunc(func(int) Protocol { return &stubborn{held{part{received: echo}}} })
	}, func(t *testing.T, s *served) {
		c := s.dial(t)
		c.say("hello\n")
		c.hears("hello\n")
		unix.Close(s.wake)
		s.wake = -1
		heard := make(chan struct{})
		go func() {
			defer c.CloseWrite()
			for {
				select {
				case <-heard:
					return
				default:
					if _, err := io.WriteString(c.TCPConn, "."); err != nil {
						return
					}
				}
			}
		}()
		got, err := io.ReadAll(c)
		close(heard)
		require.NoError(t, err, "an end of file, no reset")
		assert.Equal(t, "the reactor stops\n", strings.TrimLeft(string(got), "."))
		require.NoError(t, <-s.ended)
	})
}

func TestTheStopIsNoEndOfFile(t *testing.T) {
	each(t, func(*Reactor) Factory {
		return FactoryFunc(func(int) Protocol { return &held{part{received: echo}} })
	}, func(t *testing.T, s *served) {
		silent, closed := s.dial(t), s.dial(t)
		silent.say("hello\n")
		silent.hears("hello\n")
		require.NoError(t, closed.CloseWrite())
		closed.hearsTheEnd()
		unix.Close(s.wake)
		s.wake = -1
		silent.hears("the reactor stops\n")
		silent.hearsTheEnd()
		silent.Close()
		require.NoError(t, <-s.ended)
	})
}

func TestNobodyIsAcceptedUntilRoomReturns(t *testing.T) {
	logged := make(chan string, 10)
	each(t, parts(func(r *Reactor) part {
		r.Log = func(kind, _ string, _ ...any) { logged <- kind }
		return part{received: func(p *part, data []byte) {
			if string(data) == "full\n" {
				r.full(unix.EMFILE)
				r.retry.Reset(1 << 60) // who leaves makes room, not the time
			}
			p.Write(data)
		}}
	}), func(t *testing.T, s *served) {
		inside := s.dial(t)
		inside.say("full\n")
		inside.hears("full\n")
		assert.Equal(t, "full", <-logged)
		waits := s.dial(t)
		waits.say("hello\n")
		for range 20 {
			inside.say("still served\n")
			inside.hears("still served\n")
		}
		assert.Zero(t, waits.Buffered())
		inside.Close()
		waits.hears("hello\n")
	})
}

func TestSelectRefusesWhatItsSetsCanNotHold(t *testing.T) {
	r, err := New("select")
	require.NoError(t, err)
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if limit.Max < unix.FD_SETSIZE+10 {
		t.Skipf("a process may have %d descriptors here", limit.Max)
	}
	ends := pair(t)
	high, err := unix.FcntlInt(uintptr(ends[0]), unix.F_DUPFD_CLOEXEC, unix.FD_SETSIZE)
	require.NoError(t, err)
	p := &port{reactor: r, factory: FactoryFunc(func(int) Protocol { t.Error("it must not be built"); return nil })}
	err = p.connect(high)
	assert.ErrorIs(t, err, unix.EMFILE)
	assert.ErrorContains(t, err, "1024")
	_, err = unix.FcntlInt(uintptr(high), unix.F_GETFD, 0)
	assert.ErrorIs(t, err, unix.EBADF, "it is closed")
	assert.Zero(t, r.n)
}

func TestAFactoryMayRefuse(t *testing.T) {
	each(t, func(*Reactor) Factory { return FactoryFunc(func(int) Protocol { return nil }) },
		func(t *testing.T, s *served) { s.dial(t).hearsTheEnd() })
}

func pair(t testing.TB) [2]int {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(ends[0]); unix.Close(ends[1]) })
	return ends
}
