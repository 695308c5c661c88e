package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTraceTellsTheScheduleFirst(t *testing.T) {
	status, out, stderr := lab(t, root, "trace", "-model", "select", "-seed", "7")
	require.Zero(t, status, stderr)
	assert.Contains(t, out, "select serves echo. Schedule 7:\n\n  1  c1 connects\n  2  c1 half-closes\n")
	assert.Contains(t, out, "lab trace -model select -seed 7 -c\n")
	assert.NotContains(t, out, "pselect6", "that is the answer")
	_, again, _ := lab(t, root, "trace", "-model", "select", "-seed", "7")
	assert.Equal(t, out, again)
	_, pool, _ := lab(t, root, "trace", "-model", "threadpool", "-seed", "7")
	assert.Contains(t, pool, "threadpool serves echo, started with -pool=2. Schedule 7:")
}

func TestTraceReveals(t *testing.T) {
	dir := t.TempDir()
	text, err := exec.Command("go", "build", "-o", dir, "c10klab/services/select").CombinedOutput()
	require.NoError(t, err, string(text))
	reveal := func(more ...string) string {
		status, out, stderr := lab(t, root, append([]string{"trace", "-model", "select", "-seed", "7", "-c", "-local", dir}, more...)...)
		require.Zero(t, status, stderr)
		return out
	}
	out := reveal()
	assert.Contains(t, out, "waits in pselect6(listener, c1)")
	assert.Equal(t, out, reveal(), "the same each time")
	var found struct {
		Seed     uint64
		Schedule []struct{ Client int }
		Found    struct {
			Steps []struct {
				Verb    string
				Threads []struct {
					Who   string
					Waits []struct{ Call string } `json:"waits_in"`
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(reveal("-json")), &found))
	assert.EqualValues(t, 7, found.Seed)
	assert.Len(t, found.Found.Steps, len(found.Schedule))
	assert.Equal(t, "loop", found.Found.Steps[0].Threads[0].Who)
	assert.Equal(t, "pselect6", found.Found.Steps[0].Threads[0].Waits[0].Call)
}

func TestTraceAndDemoRefuse(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "poll"), nil, 0o600))
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"trace", 2, "lab trace needs a -model: choose from iterative, process"},
		{"trace -model selct", 2, `no model "selct"`},
		{"trace select", 2, `lab trace takes no arguments, and got "select": say -model select`},
		{"trace -model select -seed x", 2, `-seed "x": want a number from 0 to 2^64-1`},
		{"trace -model select -seed -1", 2, `-seed "-1": want a number from 0 to 2^64-1`},
		{"trace -model epoll -c -local " + dir, 1, "there is no " + filepath.Join(dir, "epoll") + ": -c runs the service itself; say with -local DIR"},
		{"trace -model poll -c -local " + dir, 1, "poll can't be executed"},
		{"trace -model poll -compose /nowhere.yaml", 1, "/nowhere.yaml: there is no such file"},
		{"demo", 2, "lab demo needs a NAME: choose from turns"},
		{"demo turn", 2, `no demo "turn": choose from turns`},
		{"demo turns twice", 2, "lab demo shows one thing"},
	} {
		status, _, stderr := lab(t, root, strings.Fields(c.args)...)
		assert.Equal(t, c.status, status, "lab %s\n%s", c.args, stderr)
		assert.Contains(t, stderr, c.want, "lab %s", c.args)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), "lab %s: one line\n%s", c.args, stderr)
	}
}

func TestDemoTurns(t *testing.T) {
	status, out, stderr := lab(t, root, "demo", "turns")
	require.Zero(t, status, stderr)
	assert.Contains(t, out, "Two greenlets, two turns each:\n  A B A B\n")
}
