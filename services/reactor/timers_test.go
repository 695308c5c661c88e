package main

import (
	"container/heap"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// alone returns a reactor that nobody talks to; run runs it until a call stops it.
func alone(t *testing.T) *Reactor {
	r, err := New("epoll")
	require.NoError(t, err)
	return r
}

func TestCallsComeInTheOrderOfTheirTimes(t *testing.T) {
	r, said := alone(t), ""
	word := func(w string) func() { return func() { said += w } }
	r.CallLater(4*time.Millisecond, func() { r.Stop(0) })
	r.CallLater(3*time.Millisecond, word("d"))
	r.CallLater(-time.Second, word("a"))
	r.CallLater(0, word("b"))
	r.CallLater(time.Millisecond, word("c"))
	r.CallLater(2*time.Millisecond, word("cancelled")).Cancel()
	require.NoError(t, r.Run())
	assert.Equal(t, "abcd", said)
}

func TestResetPutsACallOffOrMakesItAgain(t *testing.T) {
	r, calls := alone(t), 0
	var again *DelayedCall
	again = r.CallLater(0, func() {
		if calls++; calls < 3 {
			again.Reset(0)
		}
	})
	late := r.CallLater(0, func() { assert.Equal(t, 3, calls, "put off until then"); r.Stop(0) })
	late.Reset(20 * time.Millisecond)
	assert.True(t, late.Active())
	require.NoError(t, r.Run())
	assert.Equal(t, 3, calls)
	assert.False(t, late.Active())
	assert.False(t, again.Active())
	again.Cancel() // of a call that was made: nothing
}

func TestCancelTakesOutTheRightOne(t *testing.T) {
	r, made := alone(t), []int{}
	var calls []*DelayedCall
	begin := monotonic()
	for i := range 50 {
		c := r.CallLater(0, func() { made = append(made, i*7%50) })
		c.at = begin + int64(i*7%50)
		heap.Fix(&r.timers, int(c.place))
		calls = append(calls, c)
	}
	var kept []int
	for i := range calls {
		if i%3 == 0 {
			calls[i*7%50].Cancel() // which is for the time i*49%50
		}
	}
	for at := range 50 {
		for i := range calls {
			if i*7%50 == at && calls[i].Active() {
				kept = append(kept, at)
			}
		}
	}
	r.CallLater(6*time.Millisecond, func() { r.Stop(0) })
	require.NoError(t, r.Run())
	assert.Equal(t, kept, made)
	assert.Len(t, made, 50-17)
}

// A call that calls itself again at once must not shut the descriptors out.
func TestACallThatComesAgainAtOnceLetsDescriptorsIn(t *testing.T) {
	r := alone(t)
	pipe := make([]int, 2)
	require.NoError(t, unix.Pipe2(pipe, unix.O_CLOEXEC))
	t.Cleanup(func() { unix.Close(pipe[0]); unix.Close(pipe[1]) })
	var again *DelayedCall
	again = r.CallLater(0, func() { again.Reset(0) })
	require.NoError(t, r.AddReader(pipe[0], func() { again.Cancel(); r.Stop(0) }))
	_, err := unix.Write(pipe[1], []byte("x"))
	require.NoError(t, err)
	require.NoError(t, r.Run())
}

func TestTheWaitIsRoundedUp(t *testing.T) {
	r := alone(t)
	assert.Equal(t, -1, r.timeout())
	r.CallLater(time.Hour, func() {})
	assert.LessOrEqual(t, r.timeout(), 3600_000)
	assert.Greater(t, r.timeout(), 0)
	r.CallLater(0, func() {})
	assert.Equal(t, 0, r.timeout())
	r.timers[0].at = monotonic() + int64(time.Hour) - int64(999_999*time.Nanosecond)
	assert.Positive(t, r.timeout(), "never 0 for a time that has not come: the loop would spin")
}
