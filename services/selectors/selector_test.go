package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// each runs one suite over every selector.
func each(t *testing.T, test func(t *testing.T, s *Selector)) {
	for _, name := range []string{"epoll", "poll", "select"} {
		t.Run(name, func(t *testing.T) {
			s, err := NewSelector(name)
			require.NoError(t, err)
			t.Cleanup(func() { s.Close() })
			test(t, s)
		})
	}
}

// pair returns two ends of a socket that don't block.
func pair(t *testing.T) (a, b int) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(ends[0]); unix.Close(ends[1]) })
	return ends[0], ends[1]
}

func nothing(int, Interest) {}

func say(t *testing.T, fd int) {
	_, err := unix.Write(fd, []byte("x"))
	require.NoError(t, err)
}

func TestReadiness(t *testing.T) {
	each(t, func(t *testing.T, s *Selector) {
		a, b := pair(t)
		keys, err := s.Select(0)
		require.NoError(t, err)
		assert.Empty(t, keys, "nothing is registered")
		for _, c := range []struct{ ask, before, after Interest }{
			{Read, 0, Read},
			{Write, Write, Write},
			{Read | Write, Write, Read | Write},
			{0, 0, 0},
		} {
			require.NoError(t, s.Register(a, c.ask, nothing))
			assert.Equal(t, want(a, c.before), ready(t, s), "asked for %b, nothing has come", c.ask)
			say(t, b)
			assert.Equal(t, want(a, c.after), ready(t, s), "asked for %b, a byte has come", c.ask)
			assert.Equal(t, want(a, c.after), ready(t, s), "level-triggered: what is not taken is told again")
			_, err := unix.Read(a, make([]byte, 8))
			require.NoError(t, err)
			require.NoError(t, s.Unregister(a))
		}
	})
}

func want(fd int, is Interest) []Key {
	if is == 0 {
		return []Key{}
	}
	return []Key{{fd, is}}
}

func ready(t *testing.T, s *Selector) []Key {
	keys, err := s.Select(0)
	require.NoError(t, err)
	return append([]Key{}, keys...)
}

func TestModify(t *testing.T) {
	each(t, func(t *testing.T, s *Selector) {
		a, b := pair(t)
		say(t, b)
		require.NoError(t, s.Register(a, Write, nothing))
		require.NoError(t, s.Modify(a, Read|Write))
		assert.Equal(t, want(a, Read|Write), ready(t, s))
		require.NoError(t, s.Modify(a, Read))
		require.NoError(t, s.Modify(a, Read), "as it is")
		assert.Equal(t, want(a, Read), ready(t, s))
		require.NoError(t, s.Modify(a, 0))
		assert.Empty(t, ready(t, s))
	})
}

func TestThePeersEndIsReadable(t *testing.T) {
	each(t, func(t *testing.T, s *Selector) {
		a, b := pair(t)
		require.NoError(t, s.Register(a, Read, nothing))
		require.NoError(t, unix.Shutdown(b, unix.SHUT_RDWR))
		keys := ready(t, s)
		require.Len(t, keys, 1)
		assert.NotZero(t, keys[0].Ready&Read)
	})
}

// What the kernel tells unasked comes as both: a callback that asked for nothing must hear of the end.
func TestAHangUpIsToldUnasked(t *testing.T) {
	for _, name := range []string{"epoll", "poll"} {
		s, err := NewSelector(name)
		require.NoError(t, err)
		t.Cleanup(func() { s.Close() })
		a, b := pair(t)
		require.NoError(t, s.Register(a, 0, nothing))
		require.NoError(t, unix.Shutdown(b, unix.SHUT_RDWR))
		assert.Equal(t, want(a, Read|Write), ready(t, s), name)
	}
}

func TestWhatIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *Selector) {
		a, _ := pair(t)
		assert.ErrorContains(t, s.Unregister(a), "not registered")
		assert.ErrorContains(t, s.Modify(a, Read), "not registered")
		assert.ErrorContains(t, s.Register(a, Read, nil), "no callback")
		require.NoError(t, s.Register(a, Read, nothing))
		assert.ErrorContains(t, s.Register(a, Write, nothing), "it is registered")
		require.NoError(t, s.Unregister(a))
		assert.Error(t, s.Unregister(a))
		assert.Error(t, s.Unregister(-1))
		assert.NoError(t, s.Register(a, Read, nothing), "it may come again")
	})
}

func TestManyComeAndGo(t *testing.T) {
	each(t, func(t *testing.T, s *Selector) {
		const n = 40
		var a, b [n]int
		for i := range n {
			a[i], b[i] = pair(t)
			require.NoError(t, s.Register(a[i], Read, nothing))
		}
		for i := range n { // the first, the last, and some in between leave
			if i%3 == 0 {
				require.NoError(t, s.Unregister(a[i]))
			}
		}
		expected := []Key{}
		for i := range n {
			if i%2 == 0 {
				say(t, b[i])
				if i%3 != 0 {
					expected = append(expected, Key{a[i], Read})
				}
			}
		}
		assert.ElementsMatch(t, expected, ready(t, s))
	})
}

func TestCallPassesOverWhoLeftMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, s *Selector) {
		a, b := pair(t)
		say(t, a)
		say(t, b)
		called := 0
		leave := func(int, Interest) {
			called++
			_ = s.Unregister(a)
			_ = s.Unregister(b)
		}
		require.NoError(t, s.Register(a, Read, leave))
		require.NoError(t, s.Register(b, Read, leave))
		keys, err := s.Select(-1)
		require.NoError(t, err)
		require.Len(t, keys, 2)
		for _, key := range keys {
			s.Call(key)
		}
		assert.Equal(t, 1, called, "the first of them has taken the other out")
	})
}

func TestSelectAllocatesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *Selector) {
		a, b := pair(t)
		say(t, b)
		called := 0
		require.NoError(t, s.Register(a, Read|Write, func(int, Interest) { called++ }))
		assert.Zero(t, testing.AllocsPerRun(100, func() {
			keys, err := s.Select(0)
			if err != nil || len(keys) != 1 {
				t.Error(keys, err)
			}
			s.Call(keys[0])
		}))
		assert.Equal(t, 101, called)
	})
}

// The limit is select's alone: its sets have no bit for a descriptor from 1,024 on.
func TestDescriptorsFromFDSetSizeOn(t *testing.T) {
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if limit.Max < unix.FD_SETSIZE+10 {
		t.Skipf("a process may have %d descriptors here", limit.Max)
	}
	a, b := pair(t)
	high, err := unix.FcntlInt(uintptr(a), unix.F_DUPFD_CLOEXEC, unix.FD_SETSIZE)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(high) })
	highest, err := unix.FcntlInt(uintptr(a), unix.F_DUPFD_CLOEXEC, unix.FD_SETSIZE-1)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(highest) })
	require.Equal(t, unix.FD_SETSIZE-1, highest)
	say(t, b)
	each(t, func(t *testing.T, s *Selector) {
		require.NoError(t, s.Register(highest, Read, nothing))
		assert.Equal(t, want(highest, Read), ready(t, s), "the last bit")
		require.NoError(t, s.Unregister(highest))
		err := s.Register(high, Read, nothing)
		if _, limited := s.backend.(*overSelect); !limited {
			require.NoError(t, err)
			assert.Equal(t, want(high, Read), ready(t, s))
			return
		}
		assert.ErrorIs(t, err, unix.EMFILE)
		assert.ErrorContains(t, err, "1024")
		assert.Error(t, s.Unregister(high), "it was not taken")
	})
}

func TestTheDefaultIsTheBestThatOpens(t *testing.T) {
	s, err := DefaultSelector()
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	assert.IsType(t, &overEpoll{}, s.backend)

	refuse := func() (backend, error) { return nil, unix.ENOSYS }
	s, err = best([]system{{"epoll", refuse}, {"poll", openPoll}, {"select", openSelect}})
	require.NoError(t, err)
	assert.IsType(t, &overPoll{}, s.backend)
	_, err = best([]system{{"epoll", refuse}, {"poll", refuse}})
	assert.ErrorIs(t, err, unix.ENOSYS)
	_, err = NewSelector("kqueue")
	assert.ErrorContains(t, err, `"kqueue"`)
}
