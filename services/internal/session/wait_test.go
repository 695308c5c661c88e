package session

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// In these the waits are deferred, and over at once.
func TestWait(t *testing.T) {
	hold(t, protocol.Wait, []conversation{
		{name: "nothing"},
		{name: "no time", in: "0\n", out: "waited 0\n"},
		{name: "longest", in: "10000\n", out: "waited 10000\n"},
		{name: "too much", in: "10001\n0\n", out: waitRange + "waited 0\n"},
		{name: "far too much", in: strings.Repeat("1", 100) + "\n", out: waitRange},
		{name: "pipelined", in: "5\n6\r\n7\n", out: "waited 5\nwaited 6\nwaited 7\n"},
		{name: "no numbers", in: "\n-1\n05\n1s\n", out: strings.Repeat(notANumber, 4)},
		{name: "too long", in: "5\n" + strings.Repeat("1", 2000), out: "waited 5\n" + protocol.LineTooLong, closed: true},
	})
}

func TestWaitSleepsInTheHandler(t *testing.T) {
	s := New(protocol.Wait)
	s.Feed([]byte("20\n"))
	before := time.Now()
	s.Step()
	assert.GreaterOrEqual(t, time.Since(before), 20*time.Millisecond, "it may take longer, not shorter")
	_, waits := s.Until()
	assert.False(t, waits)
	assert.Equal(t, "waited 20\n", string(s.Pending()))
}

func TestWaitDeferred(t *testing.T) {
	s := New(protocol.Wait, Deferred())
	before := time.Now()
	s.Feed([]byte("7000\n0\n"))
	s.Step()
	after := time.Now()
	until, waits := s.Until()
	require.True(t, waits)
	assert.False(t, until.Before(before.Add(7*time.Second)))
	assert.False(t, until.After(after.Add(7*time.Second)))

	s.Step()
	assert.Empty(t, s.Pending(), "no other handler runs meanwhile")
	s.Stop()
	assert.False(t, s.Done(), "a wait under way still counts")
	s.Resume()
	assert.Equal(t, "waited 7000\n", string(s.Pending()))
	s.Resume()
	assert.Equal(t, "waited 7000\n", string(s.Pending()), "only one wait was under way")
	s.Step()
	assert.Equal(t, "waited 7000\nwaited 0\n", string(s.Pending()), "what was received is still answered")
	assert.False(t, s.Done())
	s.Sent(len(s.Pending()))
	assert.True(t, s.Done())
}

func FuzzWait(f *testing.F) {
	f.Add("0\n10000\n10001\n007\n", uint64(1))
	f.Fuzz(func(t *testing.T, input string, seed uint64) {
		want := answer(input, "", func(line string) string {
			n, wrong := read(line, 0, protocol.MaxWait, waitRange)
			if wrong != "" {
				return wrong
			}
			return fmt.Sprintf("waited %d\n", n)
		})
		assert.Equal(t, want, splitAnywhere(t, protocol.Wait, input, seed))
	})
}
