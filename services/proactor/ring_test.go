package main

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/harness"
)

// inEveryMode runs a test with a ring in each of the modes, those too that only
// older kernels would be asked for. The ring belongs to the thread that makes it.
func inEveryMode(t *testing.T, test func(t *testing.T, p *proactor)) {
	t.Helper()
	for _, mode := range modes {
		t.Run(modeName(mode), func(t *testing.T) { test(t, opened(t, mode)) })
	}
}

// opened makes a ring with its memory, if this machine has io_uring.
func opened(t *testing.T, modes ...uint32) *proactor {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	p, err := open(modes...)
	var no *harness.Unsupported
	if err != nil && errors.As(refused(err), &no) {
		t.Skip(no)
	}
	require.NoError(t, err)
	t.Cleanup(p.ring.close)
	return p
}

// pair returns the two ends of a connection that needs no network; only the second doesn't block.
func pair(t *testing.T) (server, client int) {
	t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(ends[1]) })
	require.NoError(t, unix.SetNonblock(ends[1], true))
	return ends[0], ends[1]
}

// readable returns a descriptor that is, and stays.
func readable(t *testing.T) int {
	t.Helper()
	fd, err := unix.Eventfd(1, unix.EFD_CLOEXEC)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

// More is asked for than either queue holds, and all of it before anything is
// taken: the submissions are handed over on the way, the completions kept.
func TestNothingIsLostWhenTheQueuesOverflow(t *testing.T) {
	inEveryMode(t, func(t *testing.T, p *proactor) {
		fd := readable(t)
		const many = 2*completions + 1
		require.Greater(t, many, 2*submissions)
		for i := range many {
			p.submitPoll(fd)
			p.ring.entries[(p.ring.prepared-1)%submissions].userData = uint64(i)
		}
		seen := make([]bool, many)
		for taken := 0; taken < many; {
			require.NoError(t, p.ring.wait(-1))
			for ; p.ring.ready() > 0; taken++ {
				done := p.ring.take()
				require.False(t, seen[done.userData], "each completes once")
				seen[done.userData] = true
			}
		}
		require.NoError(t, p.ring.wait(0))
		assert.Zero(t, p.ring.ready())
	})
}

func TestWaitEndsWhenItsTimeIsUp(t *testing.T) {
	inEveryMode(t, func(t *testing.T, p *proactor) {
		server, client := pair(t)
		p.submitReceive(server)
		require.NoError(t, p.ring.wait(1))
		assert.Zero(t, p.ring.ready(), "nothing has come")
		_, err := unix.Write(client, []byte("x"))
		require.NoError(t, err)
		require.NoError(t, p.ring.wait(60_000))
		require.Equal(t, 1, p.ring.ready())
		done := p.ring.take()
		assert.Equal(t, receiving|uint64(server), done.userData)
		assert.EqualValues(t, 1, done.res)
		unix.Close(server)
	})
}

func TestOpenTakesTheBestModeThatTheKernelKnows(t *testing.T) {
	opened(t, 0)            // or the test is skipped
	const unknown = 1 << 30 // refused with EINVAL, as an older kernel refuses a newer flag
	_, err := open(unknown)
	assert.Equal(t, unix.EINVAL, err)
	p, err := open(unknown, 0)
	require.NoError(t, err)
	p.ring.close()
}

func TestTheTrialSaysWhatTheKernelRefuses(t *testing.T) {
	p := opened(t, 0)
	r, err := openRing(0)
	require.NoError(t, err)
	t.Cleanup(r.close)
	without := &proactor{ring: r, buffers: p.buffers} // which this ring was not told of
	assert.Equal(t, unix.ENOBUFS, without.try())
}

func modeName(mode uint32) string { return fmt.Sprintf("mode %#x", mode) }
