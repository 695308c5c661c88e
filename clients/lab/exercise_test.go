package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/result"
)

// recordedExercise is a folder of exercise 2 with its recorded run in it, and one of the solutions as its answers.
func recordedExercise(t *testing.T, solution string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "02")
	from := filepath.Join("..", "internal", "exercise", "sheets", "testdata", "02")
	run := filepath.Join(dir, exercise.ResultsFolder, "20261121T120000Z")
	require.NoError(t, os.MkdirAll(run, 0o755))
	for name, to := range map[string]string{solution: dir, result.ManifestFile: run, result.LinesFile: run} {
		text, err := os.ReadFile(filepath.Join(from, name))
		require.NoError(t, err)
		if to == dir {
			name = exercise.AnswersFile
		}
		require.NoError(t, os.WriteFile(filepath.Join(to, name), text, 0o644))
	}
	return dir
}

func edit(t *testing.T, path, old, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), old)
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, to)), 0o644))
}

func TestExerciseRefuses(t *testing.T) {
	empty, started, done := t.TempDir(), filepath.Join(t.TempDir(), "x"), recordedExercise(t, "right.yaml")
	status, out, stderr := lab(t, root, "exercise", "start", "2", started)
	require.Zero(t, status, stderr)
	assert.Contains(t, out, "Then: lab exercise run "+started)
	damaged := recordedExercise(t, "right.yaml")
	edit(t, filepath.Join(damaged, exercise.AnswersFile), "answered: no", "answered: perhaps")
	foreign := recordedExercise(t, "right.yaml")
	edit(t, filepath.Join(foreign, exercise.AnswersFile), "exercise: 2", "exercise: 98")
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"frob", 2, `no command "frob": choose from list, show, start, run, hint, watch, grade, grade-all, pack`},
		{"list 2", 2, "lab exercise list takes no arguments"},
		{"show", 2, "takes one exercise, such as 02, and got 0"},
		{"show 99", 2, `no exercise "99": choose from 01-calls-on-paper`},
		{"start", 2, "takes an exercise, such as 02, and a folder"},
		{"start 99 " + empty, 2, `no exercise "99"`},
		{"start 02 " + started, 1, started + " is not empty (answers.yaml is in it)"},
		{"run " + empty, 1, empty + " has no answers.yaml: lab exercise start NN " + empty},
		{"run " + started, 1, "answers.yaml: unanswered: who (line 5), connects (line "},
		{"run " + damaged, 1, `answers.yaml: line 4: answered: "perhaps" is no answer: want yes or no`},
		{"run " + foreign, 1, `no exercise "98"`},
		{"run -seed x " + done, 2, "want a number from 0"},
		{"run -compose /nowhere.yaml " + done, 1, "/nowhere.yaml: there is no such file"},
		{"run " + done, 1, "can't be resolved"},
		{"run a b", 2, "takes one folder"},
		{"grade " + started, 1, "unanswered: who"},
		{"grade -format xls " + done, 2, "choose from text, json, junit, gradescope"},
		{"grade -only witch " + done, 2, `no question "witch": choose from connects, `},
		{"grade -results " + empty + " " + done, 1, "no such file"},
		{"hint -n 4 " + done, 2, "-n 4: there are hints 1 to 3"},
		{"hint -only witch " + done, 2, `no question "witch"`},
		{"watch " + empty, 1, "has no answers.yaml"},
		{"pack " + damaged, 1, "line 4: answered"},
		{"grade -nonsense", 2, "nonsense"},
	} {
		status, _, stderr := lab(t, root, append([]string{"exercise"}, strings.Fields(c.args)...)...)
		assert.Equal(t, c.status, status, "lab exercise %s\n%s", c.args, stderr)
		assert.Contains(t, stderr, c.want, "lab exercise %s", c.args)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), "lab exercise %s: one line\n%s", c.args, stderr)
	}
}

func TestExerciseFromRecordedResults(t *testing.T) {
	dir := recordedExercise(t, "right.yaml")
	status, out, stderr := lab(t, root, "exercise", "grade", dir)
	require.Zero(t, status, stderr)
	assert.Contains(t, out, "Score: 12 of 12 decided points, 100 % (12 points in all).")
	assert.Contains(t, out, "Next: lab exercise start 03")
	_, out, _ = lab(t, root, "exercise", "hint", dir)
	assert.Contains(t, out, "connects, hint 3 of 3", "all are shown to who has passed")

	edit(t, filepath.Join(dir, exercise.AnswersFile), "how-long: 400", "how-long: 399")
	status, out, _ = lab(t, root, "exercise", "grade", dir)
	assert.Zero(t, status)
	assert.Contains(t, out, "after the fact")
	assert.Contains(t, out, "Score: 10 of 12")

	wrong := recordedExercise(t, "wrong.yaml")
	status, out, _ = lab(t, root, "exercise", "grade", "-format", "json", "-results", dir, "-only", "answered", wrong)
	assert.Zero(t, status, "a wrong answer is no failure of the program")
	assert.Contains(t, out, `"state": "after the fact"`, "the recorded run was made with other answers")
}

func TestExerciseThatIsUndecidedHasAStatusOfItsOwn(t *testing.T) {
	dir := recordedExercise(t, "right.yaml")
	lines, err := filepath.Glob(filepath.Join(dir, exercise.ResultsFolder, "*", result.LinesFile))
	require.NoError(t, err)
	edit(t, lines[0], `"outcome":"ok"`, `"outcome":"withheld","reason":"a gate"`)
	status, out, stderr := lab(t, root, "exercise", "grade", dir)
	assert.Equal(t, exitUngradable, status, stderr)
	assert.Contains(t, out, "Not gradable here: 0 of 12 points are decided")
	status, out, _ = lab(t, root, "exercise", "grade", "-results", recordedExercise(t, "right.yaml"), dir)
	assert.Zero(t, status, "by a teacher's results it can be graded")
	assert.Contains(t, out, "Score: 12 of 12")
}

func TestTwoRunsOfOneExercise(t *testing.T) {
	dir := recordedExercise(t, "right.yaml")
	release, err := exercise.Lock(dir)
	require.NoError(t, err)
	defer release()
	status, _, stderr := lab(t, root, "exercise", "run", "-local", t.TempDir(), dir)
	assert.Equal(t, exitFailed, status)
	assert.Equal(t, "lab: a run of this exercise is under way in "+dir+": wait for its end\n", stderr)
}

func TestExerciseListShowAndPack(t *testing.T) {
	status, out, stderr := lab(t, root, "exercise", "list")
	require.Zero(t, status, stderr)
	assert.Contains(t, out, " 02  One at a time ")
	_, out, _ = lab(t, root, "exercise", "show", "one-at-a-time")
	assert.True(t, strings.HasPrefix(out, "# 2. One at a time\n"))
	here := t.TempDir()
	status, out, stderr = lab(t, here, "exercise", "pack", recordedExercise(t, "right.yaml"))
	require.Zero(t, status, stderr)
	assert.Equal(t, "02-one-at-a-time-ada.zip\n", out)
	assert.FileExists(t, filepath.Join(here, strings.TrimSpace(out)))
}

// Without a folder's name it is the current one, or the only one of work/.
func TestExerciseFolderThatIsMeant(t *testing.T) {
	dir := t.TempDir()
	status, _, stderr := lab(t, dir, "exercise", "hint")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, "here is no answers.yaml, and none in work/: lab exercise start NN lays one")
	for _, number := range []string{"2", "6"} {
		status, _, stderr = lab(t, dir, "exercise", "start", number)
		require.Zero(t, status, stderr)
		if number == "2" {
			status, _, stderr = lab(t, dir, "exercise", "hint")
			assert.Zero(t, status, stderr)
		}
	}
	status, _, stderr = lab(t, dir, "exercise", "hint")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, "which exercise? Name its folder: work/02-one-at-a-time, work/06-")
	status, _, stderr = lab(t, filepath.Join(dir, "work", "02-one-at-a-time"), "exercise", "hint")
	assert.Zero(t, status, stderr)
}
