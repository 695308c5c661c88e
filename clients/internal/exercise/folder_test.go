package exercise

import (
	"archive/zip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
)

func TestStartRefusesAFolderThatIsNotEmpty(t *testing.T) {
	e, dir := madeUp(t), filepath.Join(t.TempDir(), "a", "b")
	require.NoError(t, e.Start(dir))
	a, err := ReadAnswers(dir, e.Sheet)
	require.NoError(t, err, "what is laid can be read")
	assert.Error(t, a.Complete(e.Sheet))
	n, err := FolderNumber(dir)
	require.NoError(t, err)
	assert.Equal(t, 7, n)
	assert.EqualError(t, e.Start(dir), dir+" is not empty (answers.yaml is in it): choose another folder")
	_, err = FolderNumber(filepath.Dir(dir))
	assert.ErrorContains(t, err, "has no answers.yaml: lab exercise start NN")
	require.NoError(t, os.WriteFile(filepath.Join(dir, AnswersFile), []byte("who: a\n"), 0o600))
	_, err = FolderNumber(dir)
	assert.ErrorContains(t, err, "want a line such as exercise: 2")
}

func TestOneRunAtATime(t *testing.T) {
	dir := t.TempDir()
	release, err := Lock(dir)
	require.NoError(t, err)
	_, err = Lock(dir)
	assert.EqualError(t, err, "a run of this exercise is under way in "+dir+": wait for its end")
	release()
	release, err = Lock(dir)
	require.NoError(t, err)
	release()
}

// keep leaves a run in a folder, begun so many minutes after the first.
func keep(t *testing.T, results string, minute int, run result.Run) string {
	t.Helper()
	at := time.Date(2026, 11, 21, 12, minute, 0, 0, time.UTC)
	run.Manifest.Started = at
	f, err := result.Create(results, at)
	require.NoError(t, err)
	require.NoError(t, f.SaveManifest(run.Manifest))
	for _, r := range run.Records {
		require.NoError(t, f.Add(r))
	}
	require.NoError(t, f.Close())
	return f.Path
}

func TestTheFirstRunCommitsAndTheNewestWholeOneGrades(t *testing.T) {
	e, dir := madeUp(t), t.TempDir()
	results := filepath.Join(dir, ResultsFolder)
	_, _, err := e.Latest(dir, "")
	require.ErrorIs(t, err, ErrNoRun)

	made := run(slower...)
	made.Manifest.Complete = false
	made.Manifest.Exercise = &result.Exercise{Number: 7, Answers: "first"}
	keep(t, results, 0, made)
	_, _, err = e.Latest(dir, "")
	assert.ErrorContains(t, err, "no run of this folder is whole")

	made.Manifest.Complete = true
	made.Manifest.Exercise = &result.Exercise{Number: 7, Answers: "second"}
	keep(t, results, 1, made)
	newest := keep(t, results, 2, made)
	got, before, err := e.Latest(dir, "")
	require.NoError(t, err)
	assert.Equal(t, newest, got.Path)
	assert.Equal(t, "first", before.Answers, "who was interrupted has seen figures, too")

	reference := t.TempDir()
	want := keep(t, filepath.Join(reference, ResultsFolder), 5, run(slower...))
	for _, path := range []string{reference, want} {
		got, before, err = e.Latest(dir, path)
		require.NoError(t, err)
		assert.Equal(t, want, got.Path)
		assert.Equal(t, "first", before.Answers)
	}

	other := run(slower...)
	other.Manifest.Exercise = &result.Exercise{Number: 2, Name: "other"}
	_, _, err = e.Latest(dir, keep(t, reference, 6, other))
	assert.ErrorContains(t, err, "these are results of exercise 2 (other), not of 7")
	other.Manifest.Exercise, other.Manifest.Plan.Experiments = nil, []string{"churn"}
	_, _, err = e.Latest(dir, keep(t, reference, 7, other))
	assert.ErrorContains(t, err, "this run has no experiment latency, which exercise 7 needs (it has churn)")
	_, _, err = e.Latest(dir, filepath.Join(dir, "nowhere"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestWatchLooksAgainWhenAnswersAreSaved(t *testing.T) {
	e, dir := madeUp(t), filepath.Join(t.TempDir(), "x")
	require.NoError(t, e.Start(dir))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tick, done, looked := make(chan time.Time), make(chan struct{}), make(chan int, 10)
	go func() {
		defer close(done)
		Watch(ctx, []string{filepath.Join(dir, AnswersFile)}, tick, func() { looked <- 1 })
	}()
	<-looked
	tick <- time.Now()
	tick <- time.Now() // taken when the one before has been dealt with
	assert.Empty(t, looked, "nothing was saved")
	path := filepath.Join(dir, AnswersFile)
	require.NoError(t, os.WriteFile(path, []byte(right), 0o600))
	tick <- time.Now()
	<-looked
	require.NoError(t, os.Remove(path)) // as editors do that write a new file
	tick <- time.Now()
	tick <- time.Now()
	assert.Empty(t, looked)
	require.NoError(t, os.WriteFile(path, []byte(right+"\n"), 0o600))
	tick <- time.Now()
	<-looked
	cancel()
	<-done
}

func TestPack(t *testing.T) {
	e, dir := madeUp(t), t.TempDir()
	a := answers(t, e, right)
	assert.Equal(t, "07-a-test-ada.zip", e.PackName(a))
	assert.Equal(t, "07-a-test-ada---b.zip", e.PackName(Answers{Who: "Ada, /b"}))
	for name, content := range map[string]string{AnswersFile: right, "results/1/manifest.json": "{}", "main.go": "package main", ".lock": "", ".git/config": "x", "old.zip": "x"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "link")))
	to := filepath.Join(dir, "mine.zip")
	require.NoError(t, e.Pack(dir, to, a))
	first, err := os.ReadFile(to)
	require.NoError(t, err)
	require.NoError(t, e.Pack(dir, to, a))
	second, err := os.ReadFile(to)
	require.NoError(t, err)
	assert.Equal(t, first, second, "the same folder gives the same file")

	z, err := zip.OpenReader(to)
	require.NoError(t, err)
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	assert.Equal(t, []string{"07-a-test/answers.yaml", "07-a-test/main.go", "07-a-test/manifest.json", "07-a-test/results/1/manifest.json"}, names)
	list, err := z.Open("07-a-test/" + ManifestFile)
	require.NoError(t, err)
	defer list.Close()
	var packed Packed
	require.NoError(t, json.NewDecoder(list).Decode(&packed))
	assert.Equal(t, "Ada", packed.Who)
	assert.Len(t, packed.Files, 3)
	assert.Len(t, packed.Files["main.go"], 64)
}
