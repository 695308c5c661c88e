package class

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise/sandbox"
)

// looped is a made-up exercise in which main.go is written.
var looped = Built{
	Exercise: "21-a-loop", Who: "", Points: 10, Seed: "4711",
	Released: map[string][]byte{"main.go": []byte("skeleton"), "given.go": []byte("given"), "exercise.json": []byte("{}")},
	Own:      []string{"main.go"},
}

// codeOf is a grader whose container answers that.
func codeOf(out sandbox.Output, err error) Boxed {
	return Boxed{
		Ready: func(context.Context) (Tools, error) {
			return Tools{"image", []sandbox.File{{Name: "lab", Executable: true}}}, nil
		},
		Find: func(dir string) (Built, bool, error) {
			_, err := os.Stat(filepath.Join(dir, "exercise.json"))
			return looped, err == nil, nil
		},
		Run: func(context.Context, sandbox.Limits, string, []sandbox.File, sandbox.Command) (sandbox.Output, error) {
			return out, err
		},
	}
}

func printed(text string) sandbox.Output {
	return sandbox.Output{Stdout: []byte(text), End: sandbox.Exited}
}

func TestWhatComesOutOfTheContainer(t *testing.T) {
	class := t.TempDir()
	put(t, class+"/ada/exercise.json", "{}")
	put(t, class+"/ada/main.go", "hers")
	put(t, class+"/ada/given.go", "given")
	for name, c := range map[string]struct {
		out     sandbox.Output
		err     error
		status  Status
		right   int
		decided int
		remark  string
	}{
		"good":      {printed(`{"points":10,"points_right":9,"points_decided":10,"passed":true}`), nil, Passed, 9, 10, "seed 4711"},
		"bad":       {printed(`{"points":10,"points_right":1,"points_decided":10,"note":"it never listens"}`), nil, Failed, 1, 10, "it never listens; seed 4711"},
		"undecided": {printed(`{"points":10,"points_right":1,"points_decided":2}`), nil, Undecided, 1, 2, "seed 4711"},
		"time":      {sandbox.Output{End: sandbox.TimeUp, Status: 137}, nil, Failed, 0, 10, "killed: it took longer than it may; seed 4711"},
		"flood":     {sandbox.Output{End: sandbox.Flooded, Status: 137}, nil, Failed, 0, 10, "killed: it wrote more than it may; seed 4711"},
		"nonsense":  {printed("oh"), nil, Failed, 0, 10, "exit status 0: it printed no grade"},
		"no cc":     {printed(`{"error":"cc isn't here"}`), nil, Refused, 0, 0, "cc isn't here; seed 4711"},
		"words":     {sandbox.Output{Stderr: []byte("a\nmain.go:3: undefined: x\n"), Status: 1, End: sandbox.Exited}, nil, Failed, 0, 10, "exit status 1: main.go:3: undefined: x"},
		"no Docker": {sandbox.Output{}, errors.New("there is no docker command on this machine"), Refused, 0, 0, "there is no docker command on this machine"},
	} {
		row := graded(t, class, Options{Code: codeOf(c.out, c.err)})["ada"]
		assert.Equal(t, c.status, row.Status, name)
		assert.Equal(t, []int{10, c.right, c.decided}, []int{row.Points, row.Right, row.Decided}, name)
		assert.Contains(t, row.Remark, c.remark, name)
		assert.Equal(t, "21-a-loop", row.Exercise, name)
	}
}

// In a class of both kinds each is graded as what it is, and predictions need no container.
func TestPredictionsBesideCode(t *testing.T) {
	class := fiveOf(t)
	put(t, class+"/zoe/exercise.json", "{}")
	put(t, class+"/zoe/main.go", "hers")
	rows := graded(t, class, Options{Code: codeOf(sandbox.Output{}, errors.New("no Docker here"))})
	assert.Equal(t, Passed, rows["ada"].Status)
	assert.Equal(t, Refused, rows["zoe"].Status)
	assert.Contains(t, rows["zoe"].Remark, "no Docker here")
}

// What is graded is the student's own file, and beside it what was released, whatever lies in the folder.
func TestFilesAreReplaced(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"main.go": "hers", "given.go": "changed", "extra.go": "package main", "go.work": "use .", "exercise.json": "{}"} {
		put(t, filepath.Join(dir, name), text)
	}
	files, remarks, err := looped.files(dir)
	require.NoError(t, err)
	got := map[string]string{}
	for _, f := range files {
		got[f.Name] = string(f.Content)
	}
	assert.Equal(t, map[string]string{"work/main.go": "hers", "work/given.go": "given", "work/exercise.json": "{}"}, got)
	assert.Equal(t, []string{"replaced by the released ones: given.go"}, remarks)

	require.NoError(t, os.Remove(filepath.Join(dir, "main.go")))
	_, _, err = looped.files(dir)
	assert.EqualError(t, err, "main.go is not there")
	put(t, filepath.Join(dir, "main.go"), strings.Repeat("x", source+1))
	_, _, err = looped.files(dir)
	assert.EqualError(t, err, "main.go: want a file of at most 1024 KiB")
}
