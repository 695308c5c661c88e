package kernelfacts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	ChildMain()
	_ = os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0") // a child built with -race would sleep for a second before it ends
	os.Exit(m.Run())
}

func ask(t *testing.T, name string) Answer {
	t.Helper()
	a, err := Ask(context.Background(), name)
	require.NoError(t, err)
	t.Log(a.Figures, a.Notes)
	return a
}

// tidy makes sure, at the test's end, that nothing is left of the children, and that the limit is what it was.
func tidy(t *testing.T) {
	t.Helper()
	ask(t, "regular-file") // the runtime opens what it keeps
	state := func() (list []string) {
		files, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		for _, f := range files {
			list = append(list, f.Name())
		}
		var limit unix.Rlimit
		require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
		return append(list, fmt.Sprint(limit))
	}
	before := state()
	t.Cleanup(func() {
		_, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		assert.ErrorIs(t, err, unix.ECHILD, "a process is left")
		assert.Equal(t, before, state())
	})
}

func TestARegularFileIsNothingToWaitFor(t *testing.T) {
	tidy(t)
	a := ask(t, "regular-file")
	for _, call := range []string{"select_read", "select_write", "poll_read", "poll_write"} {
		assert.EqualValues(t, 1, a.Figures["file_"+call], "always ready: %s", call)
	}
	assert.EqualValues(t, unix.EPERM, a.Figures["file_epoll_errno"])
	assert.Contains(t, a.Notes["file_epoll"], "EPERM: operation not permitted")
	assert.Contains(t, a.Notes["read"], "gave 0 bytes (EOF)")

	for _, call := range []string{"select", "poll"} {
		assert.Zero(t, a.Figures["socket_"+call+"_read"], "nothing has arrived")
		assert.EqualValues(t, 1, a.Figures["socket_"+call+"_write"], "there is room")
	}
	assert.Zero(t, a.Figures["socket_epoll_errno"])
	assert.Equal(t, "accepted", a.Notes["socket_epoll"])
}

func TestTheWalkIsMeasured(t *testing.T) {
	tidy(t)
	a := ask(t, "fdsetsize-walk")
	for _, name := range []string{"select_low_ns", "select_high_ns", "select_low_all_ns", "poll_low_ns", "poll_high_ns"} {
		assert.Positive(t, a.Figures[name], name)
	}
	for _, name := range []string{"select_slope_ns", "select_r2", "poll_slope_ns", "poll_r2"} {
		assert.Contains(t, a.Figures, name)
	}
	for _, n := range []int{int(a.Figures["nfds_low"]), 128, 256, 512, 1024} {
		assert.Positive(t, a.Figures[fmt.Sprintf("select_%d_ns", n)], n)
		assert.Positive(t, a.Figures[fmt.Sprintf("poll_%d_ns", n)], n)
	}
	assert.Less(t, a.Figures["nfds_low"], 128.0)
	assert.EqualValues(t, unix.FD_SETSIZE, a.Figures["nfds_high"])
	assert.NotEmpty(t, a.Notes["walk"])
}

func TestSelectsLimitIsItsSets(t *testing.T) {
	tidy(t)
	a := ask(t, "limit-2048")
	assert.EqualValues(t, 1024, a.Figures["fd_setsize"])
	for _, n := range nofiles {
		if float64(n) > a.Figures["nofile_hard"] {
			assert.Contains(t, a.Notes[fmt.Sprintf("nofile_%d", n)], "not tried")
			continue
		}
		prefix := fmt.Sprintf("nofile_%d_", n)
		assert.EqualValues(t, n-1, a.Figures[prefix+"highest"], "the limit is of descriptors")
		assert.EqualValues(t, min(n, 1024)-1, a.Figures[prefix+"fdset_highest"], "a set has the bits that it has")
		assert.EqualValues(t, n-1, a.Figures[prefix+"select_highest"], "the call has no such limit")
	}
	assert.Contains(t, a.Notes["fdset"], "FdSet.Set(1024): runtime error: index out of range [16] with length 16")
	assert.Positive(t, a.Figures["file_max"])
	assert.Positive(t, a.Figures["nr_open"])
	assert.Positive(t, a.Figures["files_open"])
	assert.NotEmpty(t, a.Notes["file_max"])
}

func TestAskSaysWhatIsWrong(t *testing.T) {
	_, err := Ask(context.Background(), "everything")
	require.ErrorContains(t, err, `about "everything": there is no such question`)
	for _, args := range [][]string{nil, {"everything"}, {"limit-2048", "now"}} {
		_, err = answer(args)
		assert.ErrorIs(t, err, errArgs)
	}
	for _, f := range Facts() {
		assert.NotEmpty(t, f.About)
		enough := errors.New("enough of " + f.Name)
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(enough)
		_, err := Ask(ctx, f.Name)
		assert.ErrorIs(t, err, enough)
	}
}

func TestTooFewDescriptorsAreAnError(t *testing.T) {
	pair, err := socketPair()
	require.NoError(t, err)
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	require.ErrorContains(t, duplicate(pair[0], int(limit.Cur)), fmt.Sprintf("descriptor %d: bad file descriptor; ulimit -n must be above it", limit.Cur))
	require.NoError(t, duplicate(pair[0], pair[1]))
}

func TestASetIsNeverLeft(t *testing.T) {
	require.ErrorContains(t, selectNow(65, newSet(64), nil), "the sets hold 64")
	require.ErrorContains(t, selectNow(64, newSet(64), newSet(65)), "the sets hold 64")
	// A number that was never open can lie beyond the process's table, where
	// select(2) does not even look: open it first, then close it.
	const closed = 99
	require.NoError(t, duplicate(1, closed))
	require.NoError(t, unix.Close(closed))
	s := newSet(100)
	s.add(closed)
	assert.True(t, s.has(closed))
	assert.False(t, s.has(closed-1))
	require.ErrorContains(t, selectNow(100, s, nil), "bad file descriptor")
}
