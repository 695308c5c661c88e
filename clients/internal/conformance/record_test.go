package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

func TestRecorderIsBounded(t *testing.T) {
	r := recorder{began: time.Now()}
	long := strings.Repeat("x", 1<<20)
	for i := range 3 * mostEvents {
		r.finish(r.begin(i+1, Sent, len(long), long), Sent, len(long), "")
	}
	rec := r.recording()
	require.Len(t, rec.Events, mostEvents)
	assert.Equal(t, 2*mostEvents, rec.LeftOut)
	assert.Equal(t, firstEvents, rec.Events[firstEvents-1].Client, "the first are kept")
	assert.Equal(t, 3*mostEvents, rec.Events[mostEvents-1].Client, "and so are the last")
	for _, e := range rec.Events {
		assert.LessOrEqual(t, len(e.Text), shown)
		assert.Equal(t, len(long), e.Bytes)
	}
	lines := rec.Lines(100)
	assert.Len(t, lines, 2*ends+1+2, "both ends, one client of the middle, and the gaps around it")
	assert.Contains(t, lines, "           (59 of others)")
	assert.Contains(t, lines, fmt.Sprintf("           (%d of others)", 3*mostEvents-2*ends-60))
}

func TestRecorderMergesPieces(t *testing.T) {
	r := recorder{began: time.Now()}
	for _, p := range []string{"a", "b", "c"} {
		r.finish(r.begin(1, Sent, 1, p), Sent, 1, "")
	}
	r.finish(r.begin(1, Waiting, 0, ""), Received, 1, "a")
	r.finish(r.begin(2, Sent, 1, "z"), Sent, 1, "")
	r.begin(1, Waiting, 0, "")
	events := r.recording().Events
	require.Len(t, events, 4)
	assert.Equal(t, "abc", events[0].Text)
	assert.Equal(t, 3, events[0].Bytes)
	assert.Equal(t, Received, events[1].Kind)
	assert.True(t, events[3].Open)
	assert.Equal(t, Waiting, events[3].Kind)
	assert.GreaterOrEqual(t, events[3].Until, events[3].From)
}

func TestWords(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		event Event
		says  string
	}{
		{Event{Client: 1, Kind: Connected}, "  0.000 s  client 1 connected"},
		{Event{Client: 2, Kind: Sent, From: 3 * ms, Until: 3 * ms, Bytes: 2, Text: "a\n"}, `  0.003 s  client 2 > "a\n"`},
		{Event{Client: 2, Kind: Sent, From: 3 * ms, Until: 203 * ms, Bytes: 9000, Text: "\x00\xff"}, `  0.003 s  client 2 > "\x00\xff"... (9000 bytes), in 200 ms`},
		{Event{Client: 2, Kind: Sent, Until: 5 * time.Second, Open: true, Text: "x"}, `  0.000 s  client 2 > "x", still under way after 5 s`},
		{Event{Client: 1, Kind: Received, From: ms, Until: 12 * ms, Bytes: 1, Text: "x"}, `  0.012 s  client 1 < "x", after 11 ms`},
		{Event{Client: 1, Kind: Ended, From: ms, Until: ms}, "  0.001 s  client 1 < end of file"},
		{Event{Client: 1, Kind: Silence, From: ms, Until: 31 * ms}, "  0.031 s  client 1 < nothing for 30 ms"},
		{Event{Client: 1, Kind: Broken, Until: ms, Text: "a reset (ECONNRESET)"}, "  0.001 s  client 1 < a reset (ECONNRESET), after 1 ms"},
		{Event{Kind: Said, Text: "SIGTERM"}, "  0.000 s  SIGTERM"},
	} {
		assert.Equal(t, c.says, c.event.String())
	}
}

// failing puts one case to a reference with a fault.
func failing(t *testing.T, target Target, name string) Result {
	t.Helper()
	results := Run(t.Context(), target, named(t, name), nil)
	require.Len(t, results, 1)
	require.Equal(t, Fail, results[0].Outcome)
	require.NotNil(t, results[0].Failure)
	return results[0]
}

func TestFailureOfWrongBytes(t *testing.T) {
	r := failing(t, startReference(t, "swaps case"), "echo/whole")
	f := *r.Failure
	assert.Equal(t, 1, f.Client)
	assert.Equal(t, `"hello, world\n"`, f.Sent)
	assert.Equal(t, `"hello, world\n"`, f.Expected)
	assert.Equal(t, `"HELLO, WORLD\n"`, f.Received)
	assert.Equal(t, &Differs{At: 0, Want: "'h' (0x68)", Have: "'H' (0x48)"}, f.Differs)
	assert.Equal(t, "not told: no meter looks into this server", f.Waits, "the reference can't tell")
	assert.Positive(t, f.At)
	assert.LessOrEqual(t, f.At, r.Took)
	assert.Regexp(t, `^ +\d\.\d{3} s  client 1 connected`, r.Transcript[0])
	assert.Regexp(t, `^ +\d\.\d{3} s  client 1 > "hello, world\\n"$`, r.Transcript[1])
	assert.Contains(t, r.Transcript[2], `client 1 < "HELLO, WORLD\n"`)
}

func TestFailureOfSilence(t *testing.T) {
	r := failing(t, startReference(t, "one client at a time"), "echo/two-clients")
	assert.Equal(t, 2, r.Failure.Client)
	assert.Equal(t, "nothing more for 1s", r.Failure.Received)
	assert.Equal(t, &Differs{At: 0, Want: "'f' (0x66)", Have: "nothing"}, r.Failure.Differs)
	assert.Regexp(t, `client 2 < nothing for `, strings.Join(r.Transcript, "\n"))
}

func TestFailureTellsWhatTheServerWaitsIn(t *testing.T) {
	target := startReference(t, "swaps case")
	target.Waiter = waiter(func() (protocol.Waits, error) {
		return protocol.Waits{Processes: 1, Threads: 6, Serving: map[string]int{"epoll_pwait": 1}}, nil
	})
	assert.Equal(t, "epoll_pwait (threads that serve; 6 threads and 1 process in all)", failing(t, target, "echo/whole").Failure.Waits)
	target.Waiter = waiter(func() (protocol.Waits, error) { return protocol.Waits{}, errors.New("not allowed") })
	assert.Equal(t, "not told: not allowed", failing(t, target, "echo/whole").Failure.Waits)
}

func TestTheFirstByteThatDiffers(t *testing.T) {
	long := strings.Repeat("x", 1000)
	assert.Nil(t, firstThatDiffers("abc", "abc"))
	assert.Equal(t, &Differs{At: 2, Want: "'\\n' (0x0a)", Have: "0xff"}, firstThatDiffers("ab\n", "ab\xff"))
	d := firstThatDiffers(long+"yes"+long, long+"no"+long)
	assert.Equal(t, 1000, d.At)
	assert.Equal(t, 980, d.From)
	assert.Equal(t, 20, strings.Index(d.Expected, "yes")-1)
	assert.Equal(t, 20, strings.Index(d.Received, "no")-1)
	assert.Equal(t, "nothing", firstThatDiffers(long, long[:500]).Have)
}

// What was pushed without reading is told with its length and its end.
func TestLastSent(t *testing.T) {
	var sent lastSent
	sent.addMany("the end", 5_000_000)
	assert.Equal(t, `5000000 bytes that end with "the end"`, sent.what())
}

// waiter is a Waiter made of a function.
type waiter func() (protocol.Waits, error)

func (w waiter) Waits(context.Context) (protocol.Waits, error) { return w() }

// A case that passes leaves nothing behind.
func TestPassingKeepsNothing(t *testing.T) {
	results := Run(t.Context(), startReference(t, ""), named(t, "echo/whole"), nil)
	require.Len(t, results, 1)
	assert.Equal(t, Pass, results[0].Outcome)
	assert.Nil(t, results[0].Failure)
	assert.Nil(t, results[0].Recording)
	assert.Empty(t, results[0].Transcript)
}

func TestAWrongNameListsTheCases(t *testing.T) {
	_, err := Select([]protocol.App{protocol.Echo, protocol.Count}, "^echo/wholly$")
	require.ErrorContains(t, err, "there are echo/whole echo/nothing ")
	assert.ErrorContains(t, err, " count/zero ")
	assert.NotContains(t, err.Error(), "menu/")
	assert.NotContains(t, err.Error(), "\n")
}
