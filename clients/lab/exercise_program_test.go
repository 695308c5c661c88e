package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// started lays the folder of an exercise with a program.
func started(t *testing.T, args ...string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "it")
	status, out, stderr := lab(t, root, append(append([]string{"exercise", "start"}, args...), dir)...)
	require.Zero(t, status, stderr)
	assert.Contains(t, out, "Then: lab exercise grade "+dir)
	return dir
}

func TestAProgramThatIsNotWrittenFailsEachCaseClearly(t *testing.T) {
	dir := started(t, "-seed", "Ada 7", "24")
	status, out, stderr := lab(t, root, "exercise", "grade", dir)
	require.Zero(t, status, stderr)
	assert.Contains(t, out, `seed "Ada 7"`)
	assert.Contains(t, out, "the queue is not written yet")
	assert.Contains(t, out, "0 of ")
	status, out, stderr = lab(t, root, "exercise", "grade", "-format", "junit", "-only", "answers", dir)
	require.Zero(t, status, stderr)
	assert.Contains(t, out, `<testsuite name="exercise 24-bounded-queue" tests="1" failures="1" skipped="0">`)
}

func TestTheCompilersWordsAreGradesError(t *testing.T) {
	dir := started(t, "-seed", "1", "23")
	path := filepath.Join(dir, "main.go")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(text, "func f() { return 1 }\n"...), 0o644))
	status, _, stderr := lab(t, root, "exercise", "grade", dir)
	assert.Equal(t, 1, status)
	assert.Regexp(t, `main\.go, line \d+: too many return values`, stderr)
}

func TestAFaultThatIsFound(t *testing.T) {
	dir := started(t, "31")
	status, _, stderr := lab(t, root, "exercise", "grade", dir)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, filepath.Join(dir, "answers.yaml")+": unanswered: case, line")
	edit(t, filepath.Join(dir, "answers.yaml"), "\ncase:", "\ncase: echo/never-reads")
	edit(t, filepath.Join(dir, "answers.yaml"), "\nline:", "\nline: 1")
	edit(t, filepath.Join(dir, "answers.yaml"), "\nwho:", "\nwho: Ada")
	status, out, stderr := lab(t, root, "exercise", "grade", "-format", "json", dir)
	require.Zero(t, status, stderr)
	for _, part := range []string{`"who": "Ada"`, `"points_right": 1`, `"points": 6`, `"score": 0.16`, "main.go is as you got it"} {
		assert.Contains(t, out, part)
	}
	status, out, stderr = lab(t, root, "exercise", "hint", "-n", "3", dir)
	require.Zero(t, status, stderr)
	assert.Contains(t, out, "hint 3 of 3: ")
	to := filepath.Join(t.TempDir(), "in.zip")
	status, out, stderr = lab(t, root, "exercise", "pack", "-o", to, dir)
	require.Zero(t, status, stderr)
	assert.Contains(t, out, to)
	assert.FileExists(t, to)
}

func TestProgramsRefuse(t *testing.T) {
	built, found := started(t, "-lang", "python", "21"), started(t, "33")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"run", built}, "exercise 21 has no run: what was written is built and tried by lab exercise grade " + built},
		{[]string{"start", "-lang", "c", "22", "x"}, `can't be built in "c": choose from go`},
		{[]string{"start", "-lang", "go", "33", "x"}, "-seed and -lang are of the building exercises, and 33 is none"},
		{[]string{"start", "-seed", "7", "02", "x"}, "-seed and -lang are of the building exercises, and 2 is none"},
		{[]string{"start", "-seed", "a\nb", "21", "x"}, "want 1 to 64 bytes in one line"},
		{[]string{"start", "21", built}, "isn't empty"},
		{[]string{"show", "-lang", "cobol", "23"}, `can't be built in "cobol"`},
		{[]string{"show", "40"}, "31-short-write"},
		{[]string{"grade", "-only", "nothing", built}, "no such case"},
		{[]string{"grade", "-only", "nothing", found}, "unanswered: "},
		{[]string{"grade", "-repeat", "0", built}, "-repeat 0: choose 1 to 100"},
		{[]string{"grade", "-draw", "x", built}, `-draw "x": want a number`},
		{[]string{"grade", "-results", "x", built}, "-results is of predictions"},
		{[]string{"hint", "-only", "nothing", built}, `no case "nothing"`},
	} {
		status, _, stderr := lab(t, root, append([]string{"exercise"}, c.args...)...)
		assert.NotZero(t, status, c.args)
		assert.Contains(t, stderr, c.want, c.args)
	}
}

func TestTheTextOfAProgramIsShown(t *testing.T) {
	status, out, stderr := lab(t, root, "exercise", "show", "-seed", "7", "25")
	require.Zero(t, status, stderr)
	assert.Contains(t, out, "# 25. A scheduler of generators")
	status, out, stderr = lab(t, root, "exercise", "show", "one-error")
	require.Zero(t, status, stderr)
	assert.Contains(t, out, "# 35. ")
	status, out, stderr = lab(t, root, "exercise", "list")
	require.Zero(t, status, stderr)
	assert.Regexp(t, `23 +A loop over epoll +build +go, c, python`, out)
	assert.Regexp(t, `33 +\S.* find +go`, out)
}
