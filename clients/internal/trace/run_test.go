package trace

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "c10klab-trace-")
	if err != nil {
		panic(err)
	}
	bin = dir
	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// program builds a service, once.
func program(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(bin, name)
	if _, err := os.Stat(path); err != nil {
		out, err := exec.Command("go", "build", "-o", path, "c10klab/services/"+name).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	return path
}

// arrivals are those of all tests: two come, both speak, the second half-closes, the first leaves.
var arrivals = []Action{
	{Client: 1, Verb: Connect},
	{Client: 2, Verb: Connect},
	{Client: 2, Verb: Send, Bytes: 5},
	{Client: 1, Verb: Send, Bytes: 3},
	{Client: 2, Verb: Shut},
	{Client: 1, Verb: Leave},
}

func traceOf(t *testing.T, model, name string, args ...string) Trace {
	t.Helper()
	found, err := Run(t.Context(), Config{Model: model, Program: program(t, name), Args: args, Schedule: arrivals})
	require.NoError(t, err)
	return found
}

// told is a step as text, a line for each lane, without descriptors' numbers.
func told(lanes []Lane) (out []string) {
	plain := func(calls []Call) string {
		var words []string
		for _, c := range calls {
			c.FD = nil
			if who, _, accepted := strings.Cut(c.Result, " "); accepted {
				c.Result = who
			}
			words = append(words, strings.ReplaceAll(c.String(), "ppoll", "poll"))
		}
		return strings.Join(words, "; ")
	}
	for _, l := range lanes {
		line := l.title() + ": " + plain(l.Calls) + " | " + plain(l.Waits)
		if l.Round != nil {
			line += "again " + plain(l.Round)
		}
		out = append(out, line)
	}
	return out
}

func TestIterativeKeepsTheSecondClientWaiting(t *testing.T) {
	f := traceOf(t, "iterative", "iterative")
	assert.Equal(t, []string{"thread:  | accept4(listener)"}, told(f.Start))
	for i, want := range []string{
		"thread: accept4(listener) = c1 | read(c1)",
		"thread:  | read(c1)",
		"thread:  | read(c1)",
		"thread: read(c1) = 3; write(c1) = 3 | read(c1)",
		"thread:  | read(c1)",
		"thread: read(c1) = 0; close(c1) = 0; accept4(listener) = c2; read(c2) = 5; write(c2) = 5; read(c2) = 0; close(c2) = 0 | accept4(listener)",
	} {
		assert.Equal(t, []string{want}, told(f.Steps[i].Lanes), "step %d", i+1)
	}
	assert.Equal(t, []string{"c2"}, f.Steps[2].Waiting)
	assert.Equal(t, []string{"c2"}, f.Steps[4].Waiting)
	assert.Empty(t, f.Steps[5].Waiting)
}

func TestThreadHasAThreadForEach(t *testing.T) {
	f := traceOf(t, "thread", "thread")
	const accepts = "acceptor:  | accept4(listener)"
	for i, want := range [][]string{
		{"acceptor: accept4(listener) = c1 | accept4(listener)", "thread c1:  | read(c1)"},
		{"acceptor: accept4(listener) = c2 | accept4(listener)", "thread c1:  | read(c1)", "thread c2:  | read(c2)"},
		{accepts, "thread c1:  | read(c1)", "thread c2: read(c2) = 5; write(c2) = 5 | read(c2)"},
		{accepts, "thread c1: read(c1) = 3; write(c1) = 3 | read(c1)", "thread c2:  | read(c2)"},
		{accepts, "thread c1:  | read(c1)", "thread c2: read(c2) = 0; close(c2) = 0 | "},
		{accepts, "thread c1: read(c1) = 0; close(c1) = 0 | "},
	} {
		assert.Equal(t, want, told(f.Steps[i].Lanes), "step %d", i+1)
	}
}

// loops are told alike; the waits differ in what the program has to pass to them.
func TestLoops(t *testing.T) {
	for model, wait := range map[string]func(who string) string{
		"select": func(who string) string { return "pselect6(" + who + ")" },
		"poll":   func(who string) string { return "poll(" + who + ")" },
		"epoll":  func(string) string { return "epoll_pwait()" },
	} {
		add := func(who string) string {
			if model == "epoll" {
				return "; epoll_ctl(ADD " + who + ") = 0"
			}
			return ""
		}
		f := traceOf(t, model, model)
		all := "listener, c1, c2"
		assert.Equal(t, []string{"loop:  | " + wait("listener")}, told(f.Start), model)
		for i, want := range []string{
			wait("listener") + " = 1: listener; accept4(listener) = c1" + add("c1") + "; accept4(listener) = EAGAIN | " + wait("listener, c1"),
			wait("listener, c1") + " = 1: listener; accept4(listener) = c2" + add("c2") + "; accept4(listener) = EAGAIN | " + wait(all),
			wait(all) + " = 1: c2; recvfrom(c2) = 5; sendto(c2) = 5 | " + wait(all),
			wait(all) + " = 1: c1; recvfrom(c1) = 3; sendto(c1) = 3 | " + wait(all),
			wait(all) + " = 1: c2; recvfrom(c2) = 0; close(c2) = 0 | " + wait("listener, c1"),
			wait("listener, c1") + " = 1: c1; recvfrom(c1) = 0; close(c1) = 0 | " + wait("listener"),
		} {
			assert.Equal(t, []string{"loop: " + want}, told(f.Steps[i].Lanes), "%s, step %d", model, i+1)
		}
	}
}
