package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise/class"
)

// handedIn is a class of three: right, damaged, and a package.
func handedIn(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.Rename(recordedExercise(t, "right.yaml"), filepath.Join(dir, "ada")))
	require.NoError(t, os.Rename(recordedExercise(t, "wrong.yaml"), filepath.Join(dir, "damaged")))
	edit(t, filepath.Join(dir, "damaged", "answers.yaml"), "exercise: 2", "exercise: two")
	status, _, stderr := lab(t, root, "exercise", "pack", "-o", filepath.Join(dir, "packed.zip"), filepath.Join(dir, "ada"))
	require.Zero(t, status, stderr)
	return dir
}

func TestGradeAll(t *testing.T) {
	dir := handedIn(t)
	status, out, stderr := lab(t, root, "exercise", "grade-all", dir)
	require.Zero(t, status, stderr)
	assert.Empty(t, stderr, "what is bad is said in its row")
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 4)
	assert.Equal(t, class.Columns, lines[0])
	assert.Equal(t, []string{"ada", "Ada", "02-one-at-a-time", "12", "12", "12", "1.000", "passed", ""}, lines[1])
	assert.Equal(t, "refused", lines[2][7])
	assert.Contains(t, lines[2][8], "damaged/answers.yaml: it doesn't say of which exercise")
	assert.Equal(t, append([]string{"packed.zip"}, lines[1][1:]...), lines[3], "a package is graded as its folder is")

	status, out, stderr = lab(t, root, "exercise", "grade-all", "-format", "json", "-results", filepath.Join(dir, "ada"), dir)
	require.Zero(t, status, stderr)
	var rows []class.Row
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Len(t, rows, 3)
	assert.Equal(t, class.Passed, rows[2].Status)
}

func TestGradeAllRefuses(t *testing.T) {
	dir, empty := handedIn(t), t.TempDir()
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"", exitUsage, "takes the folder of a class, and got 0"},
		{dir + " " + dir, exitUsage, "takes the folder of a class, and got 2"},
		{"-format xls " + dir, exitUsage, `-format "xls": choose from csv, json`},
		{"-repeat 0 " + dir, exitUsage, "-repeat 0: choose 1 to 100"},
		{empty, exitFailed, empty + ": nothing was handed in"},
		{filepath.Join(empty, "x"), exitFailed, "no such file"},
		{"-results " + empty + " " + dir, exitFailed, empty + ": no run, and no exercise's folder with one"},
	} {
		status, out, stderr := lab(t, root, append([]string{"exercise", "grade-all"}, strings.Fields(c.args)...)...)
		assert.Equal(t, c.status, status, "%s\n%s", c.args, stderr)
		assert.Contains(t, stderr, c.want, c.args)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), "%s: one line\n%s", c.args, stderr)
		assert.Empty(t, out, c.args)
	}
}
