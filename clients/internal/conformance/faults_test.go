package conformance

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// TestReference: a server without a fault passes everything.
func TestReference(t *testing.T) {
	target := startReference(t, "")
	target.Patience = 0 // the default: here only a fault of the suite would wait
	for _, r := range Run(t.Context(), target, Cases(), nil) {
		assert.Equal(t, Pass, r.Outcome, "%s (%s): %s\n%s", r.Case, r.Title, r.Reason, strings.Join(r.Transcript, "\n"))
	}
}

// faults are defects that servers have had, and the case that must catch each.
var faults = []struct{ fault, caught string }{
	{"swaps case", "echo/whole"},
	{"never closes", "echo/nothing"},
	{"waits for a line", "echo/lockstep"},
	{"drops a last line without its end", "echo/tail"},
	{"takes text for C strings", "echo/binary"},
	{"takes exit for the end", "echo/binary"},
	{"receives 1,024 bytes once", "echo/sizes"},
	{"sends once, ignores the short count", "echo/sizes"},
	{"sends once, ignores the short count", "echo/megabyte"},
	{"owes nothing after the end", "echo/half-close-owed"},
	{"one client at a time", "echo/two-clients"},
	{"ends when a client leaves", "echo/connect-and-leave"},
	{"ends when a client resets", "echo/reset-when-idle"},
	{"ends when a client resets", "echo/reset-while-writing"},
	{"does not see an end that comes with data", "echo/data-and-end"},
	{"takes one of those that arrive together", "echo/arrive-together"},
	{"answers whoever came last", "echo/come-and-go"},
	{"serves 64 at a time", "echo/slow-clients"},
	{"one client at a time", "echo/six-applications"},
	{"takes whatever comes", "echo/never-reads"},
	{"takes whatever comes", "echo/memory-bounded"},
	{"keeps closed connections", "echo/descriptors"},
	{"spins after a reset", "echo/idle-cpu"},
	{"ignores -idle", "echo/idle"},
	{"has one address for all clients", "echo/print"},
	{"does not come back", "echo/restart"},
	{"ends with status 1", "echo/sigterm-idle"},
	{"cuts clients off on SIGTERM", "echo/sigterm-load"},
	{"cuts clients off on SIGTERM", "wait/sigterm-owed"},
	{"cuts clients off on SIGTERM", "menu/sigterm-owed"},
	{"takes SIGTERM for the end of file", "count/sigterm"},

	{"counts at once", "count/at-the-end"},
	{"counts letters", "count/bytes"},
	{"counts in 24 bits", "count/large"},
	{"counts for all together", "count/own-number"},
	{"says nothing for nothing", "count/zero"},

	{"greets late", "menu/greeting"},
	{"takes one receive for one line", "menu/bytewise"},
	{"takes one receive for one line", "menu/merged"},
	{"takes one receive for one line", "menu/split"},
	{"takes one receive for one line", "menu/megabyte"},
	{"takes one receive for one line", "menu/exit-bytewise"},
	{"answers a last line without its end", "menu/tail"},
	{"answers a last line without its end", "menu/exit-unended"},
	{"keeps the \\r", "menu/crlf"},
	{"counts the \\r", "menu/line-bytewise"},
	{"lines of 1,023", "menu/line-1024"},
	{"lines of 1,025", "menu/line-1025"},
	{"lines without a bound", "menu/line-endless"},
	{"goes on after a line too long", "menu/line-too-long-last"},
	{"takes any number for a service", "menu/services"},
	{"trims lines", "menu/agent"},
	{"takes what begins with exit for it", "menu/exit-exactly"},
	{"goes on after exit", "menu/exit-discards"},
	{"closes without lingering", "menu/exit-lingers"},
	{"closes without lingering", "menu/lingers"},
	{"lingers for ever", "menu/hang-up"},

	{"hashes once too often", "work/whole"},
	{"accepts 007 and +5", "work/not-a-number"},
	{"closes on a bad line", "work/not-a-number"},
	{"has no range", "work/range"},
	{"answers in any order", "work/pipelined"},
	{"computes beside", "work/in-order"},

	{"accepts 007 and +5", "wait/not-a-number"},
	{"has no range", "wait/range"},
	{"does not wait", "wait/not-before"},
	{"waits for all at the same time", "wait/pipelined"},
	{"waits for all at the same time", "wait/in-order"},
	{"sleeps for everybody", "wait/others-served"},

	{"tells the date", "page/get"},
	{"answers HEAD with a body", "page/head"},
	{"shows the form undecoded", "page/params"},
	{"shows fields unescaped", "page/escaped"},
	{"closes after 404", "page/missing"},
	{"takes one receive for one request", "page/pipelined"},
	{"takes one receive for one request", "page/megabyte"},
	{"ends when a client resets", "page/reset"},
	{"keeps what clients that left have sent", "page/memory-given-back"},
	{"cuts clients off on SIGTERM", "page/sigterm-owed"},
	{"keeps every connection", "page/connection-close"},
	{"keeps every connection", "page/http10"},
	{"knows no chunks", "page/chunked"},
	{"reads anything", "page/malformed"},
	{"heads of 8 KiB and one", "page/head-bound"},
	{"bodies of any length", "page/body-bound"},
	{"reads the body before it refuses it", "page/body-announced"},
	{"closes without lingering", "page/lingers"},
}

// TestFaults: the suite can fail. Each fault is caught by the case that names it.
func TestFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.caught+" catches: "+f.fault, func(t *testing.T) {
			t.Parallel()
			cases, err := Select(protocol.Apps(), "^"+f.caught+"$")
			require.NoError(t, err)
			require.Len(t, cases, 1)
			results := Run(t.Context(), startReference(t, f.fault), cases, nil)
			require.Len(t, results, 1)
			assert.Equal(t, Fail, results[0].Outcome, "%s", strings.Join(results[0].Transcript, "\n"))
			assert.NotEmpty(t, results[0].Reason)
			assert.Less(t, len(results[0].Reason), 1500, results[0].Reason)
			t.Log(results[0].Reason)
		})
	}
}
