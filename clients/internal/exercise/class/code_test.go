package class

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise/building"
	"c10klab/clients/internal/exercise/finding"
)

func TestMarksAreThoseOfTheExercises(t *testing.T) {
	assert.Contains(t, marks, building.FolderFile)
	assert.Contains(t, marks, finding.AnswersFile)
	for _, e := range finding.List() {
		dir := filepath.Join(t.TempDir(), "x")
		require.NoError(t, e.Start(dir))
		_, ok, err := Code(dir)
		assert.True(t, ok, e.ID())
		assert.EqualError(t, err, "unanswered: case, line, who")
		put(t, filepath.Join(dir, finding.AnswersFile), "exercise: "+e.ID()[:2]+"\nwho: Zoe\ncase: echo/whole\nline: 1\n")
		require.NoError(t, os.WriteFile(filepath.Join(dir, finding.Source), []byte("package main\n\nfunc main() {}\n"), 0o644))
		b, ok, err := Code(dir)
		require.NoError(t, err, e.ID())
		assert.True(t, ok, e.ID())
		assert.Equal(t, []string{"Zoe", e.ID()}, []string{b.Who, b.Exercise})
		assert.Subset(t, names(b), []string{"go.mod", finding.Source, finding.AnswersFile})
		files, remarks, err := b.files(dir)
		require.NoError(t, err)
		assert.Len(t, files, len(b.Released))
		assert.Empty(t, remarks, "what is theirs to write is not replaced")
		v := Inside(t.Context(), dir, "", 1)
		assert.Equal(t, []int{finding.Points, finding.Points}, []int{v.Points, v.Decided}, v.Error)
		assert.Less(t, v.Right, finding.Points)
		assert.False(t, v.Passed)
		assert.Contains(t, v.Note, "mended: ")
		break // one compiler's run is enough
	}
}

func names(b Built) (list []string) {
	for name := range b.Released {
		list = append(list, name)
	}
	return list
}

func TestCodeThatIsBuilt(t *testing.T) {
	e := building.List()[0]
	dir := filepath.Join(t.TempDir(), "x")
	_, err := e.Start(dir, "4711", building.Go)
	require.NoError(t, err)
	b, ok, err := Code(dir)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, []string{e.ID(), "4711", "main.go"}, []string{b.Exercise, b.Seed, b.Own[0]})
	assert.Equal(t, e.Points(), b.Points)
	edit(t, filepath.Join(dir, "go.mod"), "module", "// changed\nmodule")
	put(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() { nonsense }\n")
	_, remarks, err := b.files(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"replaced by the released ones: go.mod"}, remarks)
	v := Inside(t.Context(), dir, "", 1)
	assert.Equal(t, Verdict{Points: e.Points(), Decided: e.Points(), Note: v.Note}, v, "what doesn't compile has no points")
	assert.Contains(t, v.Note, "main.go doesn't compile: ")

	for text, want := range map[string]string{
		"{": "exercise.json is damaged", `{"exercise":98}`: "no building exercise", `{"exercise":21,"lang":"perl","seed":"1"}`: "can't be built in",
		`{"exercise":21,"lang":"go","seed":""}`: "the seed",
	} {
		put(t, filepath.Join(dir, building.FolderFile), text)
		_, ok, err := Code(dir)
		assert.True(t, ok, text)
		assert.ErrorContains(t, err, want)
		assert.Contains(t, Inside(t.Context(), dir, "", 1).Error, want)
	}
}

func TestPredictionsAreNoCode(t *testing.T) {
	dir := t.TempDir()
	_, ok, err := Code(dir)
	assert.False(t, ok)
	assert.NoError(t, err)
	assert.NotEmpty(t, Inside(t.Context(), dir, "", 1).Error)
	lay(t, dir, "right.yaml")
	_, ok, err = Code(dir)
	assert.False(t, ok)
	assert.NoError(t, err)
	assert.Contains(t, Inside(t.Context(), dir, "", 1).Error, "no exercise")
}

func TestWhatDidNotPass(t *testing.T) {
	assert.Equal(t, "a, c failed: it never listens; b undecided: noise", notPassed([]building.Result{
		{Case: "a", State: building.Failed, Words: "it never listens"},
		{Case: "b", State: building.Undecided, Words: "noise"},
		{Case: "c", State: building.Failed, Words: "it never listens"},
		{Case: "d", State: building.Passed},
	}))
	assert.Empty(t, notPassed(nil))
}
