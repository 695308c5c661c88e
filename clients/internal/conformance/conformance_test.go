package conformance

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

func TestCases(t *testing.T) {
	names := map[string]bool{}
	quick := map[protocol.App]int{}
	for _, c := range Cases() {
		assert.False(t, names[c.Name], "%s stands twice", c.Name)
		names[c.Name] = true
		assert.True(t, strings.HasPrefix(c.Name, c.App.String()+"/"), c.Name)
		assert.NotEmpty(t, c.Title, c.Name)
		assert.LessOrEqual(t, len(c.Title), 100, "%s: a title is one line", c.Name)
		if c.Quick {
			quick[c.App]++
			assert.False(t, c.Meter, "%s: what goes before every measurement does not restart the server", c.Name)
		}
	}
	for _, app := range protocol.Apps() {
		assert.Positive(t, quick[app], "%s has no quick case", app)
	}
	for _, d := range declarations() {
		assert.True(t, names[d.name], "%s is declared for %s, and is no case", d.name, d.model)
		assert.NotEmpty(t, d.reason)
		assert.NotNil(t, d.instead)
	}
	for _, f := range faults {
		assert.True(t, names[f.caught], "%s is to catch a fault, and is no case", f.caught)
	}
}

func TestSelect(t *testing.T) {
	all, err := Select(protocol.Apps(), "")
	require.NoError(t, err)
	assert.Len(t, all, len(Cases()))

	some, err := Select([]protocol.App{protocol.Menu, protocol.Page}, "(head|exit)$")
	require.NoError(t, err)
	require.Len(t, some, 2)
	assert.Equal(t, "menu/exit", some[0].Name)
	assert.Equal(t, "page/head", some[1].Name)
	assert.Len(t, Quick(some), 2)

	_, err = Select(protocol.Apps(), "no such case")
	assert.ErrorContains(t, err, `no case of echo,count,menu,page,work,wait matches "no such case"`)
	_, err = Select(protocol.Apps(), "(")
	assert.ErrorContains(t, err, "pattern of cases")
}

// TestOneAtATime: what iterative can't do is shown as declared, and what is asked
// in its place is really asked.
func TestOneAtATime(t *testing.T) {
	target := startReference(t, "one client at a time")
	target.Name = "iterative"
	cases, err := Select([]protocol.App{protocol.Echo}, "two-clients|never-reads|next-client")
	require.NoError(t, err)
	for _, r := range Run(t.Context(), target, cases, nil) {
		if r.Case == "echo/next-client" {
			assert.Equal(t, Pass, r.Outcome, r.Reason)
			continue
		}
		assert.Equal(t, Declared, r.Outcome, r.Reason)
		assert.Contains(t, r.Reason, "serves one client to its end")
	}

	deaf := startReference(t, "never closes") // the second never gets its turn in time
	deaf.Name = "iterative"
	results := Run(t.Context(), deaf, cases[:1], nil)
	require.Len(t, results, 1)
	assert.Equal(t, Fail, results[0].Outcome)
}

func TestWithoutMeter(t *testing.T) {
	target := startReference(t, "")
	target.Control = nil
	cases, err := Select(protocol.Apps(), "sigterm|restart|descriptors")
	require.NoError(t, err)
	for _, r := range Run(t.Context(), target, cases, nil) {
		assert.Equal(t, Declared, r.Outcome, r.Case)
		assert.Contains(t, r.Reason, "no meter here")
	}
}

func TestRunLeavesOutWhatIsNotSpoken(t *testing.T) {
	target := startReference(t, "")
	target.Addrs = map[protocol.App]string{protocol.Count: target.Addrs[protocol.Count]}
	var seen []string
	results := Run(t.Context(), target, Quick(Cases()), func(r Result) { seen = append(seen, r.Case) })
	assert.Empty(t, Failed(results))
	assert.Len(t, seen, len(results))
	for _, name := range seen {
		assert.True(t, strings.HasPrefix(name, "count/"), name)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	results := Run(ctx, startReference(t, ""), Quick(Cases()), func(Result) { cancel() })
	assert.Len(t, results, 1)
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	cases, err := Select([]protocol.App{protocol.Echo}, "whole")
	require.NoError(t, err)
	results := Run(t.Context(), Target{Addrs: map[protocol.App]string{protocol.Echo: addr}}, cases, nil)
	require.Len(t, results, 1)
	assert.Equal(t, Fail, results[0].Outcome)
	assert.Contains(t, results[0].Reason, "can't connect to echo at "+addr)
}

func TestDifference(t *testing.T) {
	var sent lastSent
	sent.add("0\n")
	for _, c := range []struct{ want, have, end, says string }{
		{"abc", "", "the end of file", `sent "0\n"; expected "abc", got the end of file`},
		{"abc", "ab", "nothing more for 1s", `sent "0\n"; expected "abc", got its first 2 bytes, "ab", then nothing more for 1s`},
		{"abc", "aBc", "", `sent "0\n"; expected "abc", got "aBc": byte 1 is 'B' in place of 'b'`},
	} {
		assert.Equal(t, c.says, difference(&sent, c.want, c.have, c.end))
	}
	long := strings.Repeat("x", 5000)
	says := difference(&sent, long, long[:2000]+"y"+long[:2999], "")
	assert.Contains(t, says, "byte 2000 is 'y' in place of 'x'")
	assert.Less(t, len(says), 500)
}
