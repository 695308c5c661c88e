package sock

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// waiters are the three ways to wait, on one question: is this descriptor readable?
var waiters = map[string]func(t *testing.T, fd, timeout int, busy bool) int{
	"select": func(t *testing.T, fd, timeout int, busy bool) int {
		var read, write, except unix.FdSet
		read.Set(fd)
		n, err := Select(fd+1, &read, &write, &except, timeout, busy)
		require.NoError(t, err)
		assert.Equal(t, n == 1, read.IsSet(fd), "the set holds what is ready, and nothing else")
		return n
	},
	"poll": func(t *testing.T, fd, timeout int, busy bool) int {
		set := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := Poll(set, timeout, busy)
		require.NoError(t, err)
		assert.Equal(t, n == 1, set[0].Revents&unix.POLLIN != 0)
		return n
	},
	"epoll": func(t *testing.T, fd, timeout int, busy bool) int {
		set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
		require.NoError(t, err)
		defer unix.Close(set)
		require.NoError(t, unix.EpollCtl(set, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
		events := make([]unix.EpollEvent, 4)
		n, err := EpollWait(set, events, timeout, busy)
		require.NoError(t, err)
		if n == 1 {
			assert.EqualValues(t, fd, events[0].Fd)
		}
		return n
	},
}

func TestWaiting(t *testing.T) {
	for name, ready := range waiters {
		for _, busy := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				var ends [2]int
				require.NoError(t, unix.Pipe2(ends[:], unix.O_CLOEXEC))
				defer unix.Close(ends[0])
				defer unix.Close(ends[1])
				assert.Zero(t, ready(t, ends[0], 0, busy), "nothing is there, and nothing is waited for")
				assert.Zero(t, ready(t, ends[0], 1, busy))

				late := time.AfterFunc(time.Millisecond, func() { _, _ = unix.Write(ends[1], []byte("x")) })
				defer late.Stop()
				assert.Equal(t, 1, ready(t, ends[0], -1, busy), "it waits until something is")
				assert.Equal(t, 1, ready(t, ends[0], -1, busy), "and says so until it is taken")
			})
		}
	}
}

func TestWaitingForABadDescriptor(t *testing.T) {
	// One within the process's table: the kernel does not look beyond it.
	closed, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	require.NoError(t, err)
	require.NoError(t, unix.Close(closed))
	var set, none unix.FdSet
	set.Set(closed)
	_, err = Select(closed+1, &set, &none, &none, 0, true)
	assert.ErrorIs(t, err, unix.EBADF)
	bad := []unix.PollFd{{Fd: int32(closed), Events: unix.POLLIN}}
	n, err := Poll(bad, 0, false)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.EqualValues(t, unix.POLLNVAL, bad[0].Revents)
}

func TestFutex(t *testing.T) {
	var f Futex
	f.Wait(1) // the number is 0: there is nothing to wait for
	woken := make(chan uint32)
	for range 3 {
		go func() {
			for f.Load() == 0 {
				f.Wait(0)
			}
			woken <- f.Load()
		}()
	}
	f.Store(7)
	for range 3 {
		f.Wake(3) // whoever has not begun to wait finds the new number
		assert.EqualValues(t, 7, <-woken)
	}
}
