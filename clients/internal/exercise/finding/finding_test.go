package finding

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/conformance"
)

// Most of these tests wait, for what a faulty server never sends: more of them than CPUs run at a time, unless -parallel says otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", strconv.Itoa(3*runtime.GOMAXPROCS(0)))
	}
	os.Exit(m.Run())
}

// patience is how long the tests wait for what a faulty server never sends: as long as for any answer on a busy machine.
const patience = 3 * time.Second

// cases are those that the tests put to a server: all, or with -short the ones that the exercise is about.
func cases(e Exercise) []conformance.Case {
	return slices.DeleteFunc(asked(), func(c conformance.Case) bool { return testing.Short() && !slices.Contains(e.Cases, c.Name) })
}

// started lays an exercise's folder, with the answers.
func started(t *testing.T, e Exercise, answers ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), e.ID())
	require.NoError(t, e.Start(dir))
	if len(answers) > 0 {
		write(t, dir, AnswersFile, strings.Join(answers, "\n"))
	}
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
}

// mended is the source without its fault.
func (e Exercise) mended(t *testing.T) string {
	t.Helper()
	mend, err := os.ReadFile(filepath.Join("testdata", e.ID()+".txt"))
	require.NoError(t, err)
	v := e.variant()
	lines := slices.Collect(strings.Lines(v.source))
	return strings.Join(lines[:v.first-1], "") + string(mend) + strings.Join(lines[v.last:], "")
}

func each(t *testing.T, do func(t *testing.T, e Exercise)) {
	for _, e := range List() {
		t.Run(e.ID(), func(t *testing.T) {
			t.Parallel()
			do(t, e)
		})
	}
}

// The first case that an exercise names fails on every machine, and none fails that it doesn't name.
func TestTheFaultFailsItsCases(t *testing.T) {
	each(t, func(t *testing.T, e Exercise) {
		binary, done, err := Build(t.Context(), started(t, e))
		defer done()
		require.NoError(t, err)
		failed, err := verify(t.Context(), binary, cases(e), patience)
		require.NoError(t, err)
		var names []string
		for _, f := range failed {
			names = append(names, f.Case)
			assert.Contains(t, e.Cases, f.Case, "%s\n%s", f.Reason, strings.Join(f.Transcript, "\n"))
			t.Log(f.Case, f.Took.Round(time.Millisecond), f.Reason, f.Failure.Waits)
		}
		assert.Contains(t, names, e.Cases[0])
	})
}

func TestMendedAllIsWell(t *testing.T) {
	each(t, func(t *testing.T, e Exercise) {
		dir := started(t, e)
		write(t, dir, Source, e.mended(t))
		binary, done, err := Build(t.Context(), dir)
		defer done()
		require.NoError(t, err)
		failed, err := verify(t.Context(), binary, cases(e), 0)
		require.NoError(t, err)
		for _, f := range failed {
			assert.Fail(t, f.Case, "%s\n%s", f.Reason, strings.Join(f.Transcript, "\n"))
		}
	})
}

func TestStart(t *testing.T) {
	each(t, func(t *testing.T, e Exercise) {
		dir := started(t, e)
		v := e.variant()
		assert.Positive(t, v.first)
		assert.GreaterOrEqual(t, v.last, v.first)
		assert.LessOrEqual(t, v.last-v.first, 4, "a place, and no page")
		source, err := os.ReadFile(filepath.Join(dir, Source))
		require.NoError(t, err)
		assert.NotContains(t, string(source), "defect")
		assert.ErrorContains(t, e.Start(dir), "is not empty")

		a, err := e.ReadAnswers(dir)
		require.NoError(t, err)
		assert.EqualError(t, a.Complete(), "unanswered: case, line, who")
		_, err = e.Grade(t.Context(), dir)
		assert.EqualError(t, err, filepath.Join(dir, AnswersFile)+": unanswered: case, line, who")
	})
}

func TestEveryExerciseIsWhole(t *testing.T) {
	seen := map[int]bool{}
	for _, e := range List() {
		assert.False(t, seen[e.Number], "%d stands twice", e.Number)
		seen[e.Number] = true
		assert.NotEmpty(t, e.Title)
		assert.NotEmpty(t, e.Symptom)
		assert.NotEmpty(t, e.Why)
		for _, hint := range e.Hints {
			assert.NotEmpty(t, hint, e.ID())
		}
		for _, name := range e.Cases {
			assert.True(t, slices.ContainsFunc(asked(), func(c conformance.Case) bool { return c.Name == name }), "%s: %s is asked of no server", e.ID(), name)
		}
		found, err := Find(e.ID())
		require.NoError(t, err)
		assert.Equal(t, e.Number, found.Number)
	}
	_, err := Find("30")
	assert.ErrorContains(t, err, `no exercise "30": choose from 31-short-write, 32-fair-turns`)
}
