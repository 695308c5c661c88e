package conformance

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/models"
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
		assert.True(t, names[d.name], "%s is declared for %v, and is no case", d.name, d.models)
		assert.NotEmpty(t, d.models, d.name)
		assert.NotEmpty(t, d.reason)
		assert.NotNil(t, d.instead)
		for _, model := range d.models {
			_, known := models.Find(model)
			assert.True(t, known, "%s is declared for %s, and is no model", d.name, model)
		}
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

	_, err = Select([]protocol.App{protocol.Echo, protocol.Menu}, "six-applications")
	assert.Error(t, err, "it needs all of them")

	_, err = Select(protocol.Apps(), "no such case")
	assert.ErrorContains(t, err, `no case of echo,count,menu,page,work,wait matches "no such case"`)
	_, err = Select(protocol.Apps(), "(")
	assert.ErrorContains(t, err, "pattern of cases")
}

// TestDeclaredByNumber: what needs more conversations at the same time than a
// model holds is declared for it, and nothing less is, but for what a sleeping
// handler, a loop that always asks, and a pool of processes do by their nature.
func TestDeclaredByNumber(t *testing.T) {
	for _, name := range models.Names() {
		model, _ := models.Find(name)
		for _, c := range Cases() {
			_, declared := declaredFor(name, c.Name)
			few := model.Served(c.Together) < c.Together
			switch c.Name {
			case "wait/others-served", "echo/idle-cpu", "page/memory-given-back":
				few = few || declared
			}
			assert.Equal(t, few, declared, "%s holds %d of the %d conversations of %s", name, model.Served(c.Together), c.Together, c.Name)
		}
	}
}

// TestInstead: what a model can't do is shown as declared, and what is asked in
// its place is really asked.
func TestInstead(t *testing.T) {
	for _, c := range []struct {
		model, fault, name string // which names the case, or "": all that are declared for the model
		want               Outcome
	}{
		{"iterative", "one client at a time", "", Declared},
		{"prefork", "serves 64 at a time", "echo/slow-clients", Declared},
		{"epoll", "sleeps for everybody", "wait/others-served", Declared},
		{"polling", "", "echo/idle-cpu", Declared},

		{"iterative", "never closes", "echo/two-clients", Fail}, // the second never gets its turn in time
		{"iterative", "takes whatever comes", "echo/never-reads", Fail},
		{"iterative", "takes whatever comes", "echo/memory-bounded", Fail},
		{"iterative", "", "echo/slow-clients", Fail},
		{"iterative", "ignores -idle", "echo/idle", Fail},
		{"iterative", "has one address for all clients", "echo/print", Fail},
		{"iterative", "ends with status 1", "echo/sigterm-load", Fail},
		{"iterative", "", "wait/others-served", Fail},
		{"threadpool", "", "echo/slow-clients", Fail},
		{"epoll", "", "wait/others-served", Fail},
		{"polling", "spins after a reset", "echo/idle-cpu", Fail},
	} {
		t.Run(c.model+" "+c.name+" "+c.fault, func(t *testing.T) {
			t.Parallel()
			target := startReference(t, c.fault)
			target.Name = c.model
			if c.want != Fail {
				target.Patience = 0 // the default
			}
			cases, err := Select(protocol.Apps(), "^"+c.name)
			require.NoError(t, err)
			asked := 0
			for _, r := range Run(t.Context(), target, declaredOf(c.model, cases), nil) {
				assert.Equal(t, c.want, r.Outcome, "%s: %s\n%s", r.Case, r.Reason, strings.Join(r.Transcript, "\n"))
				assert.NotEmpty(t, r.Reason)
				asked++
			}
			assert.Positive(t, asked)
		})
	}
}

// declaredOf returns those of the cases that are declared for a model.
func declaredOf(model string, cases []Case) []Case {
	return slices.DeleteFunc(cases, func(c Case) bool {
		_, declared := declaredFor(model, c.Name)
		return !declared
	})
}

func TestWithoutMeter(t *testing.T) {
	target := startReference(t, "")
	target.Control = nil
	cases, err := Select(protocol.Apps(), "sigterm|restart|descriptors|cpu|memory|/idle$|print")
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
