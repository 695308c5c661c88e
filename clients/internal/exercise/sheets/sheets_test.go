package sheets

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/docs/labs"
)

func exercises(t *testing.T) []exercise.Exercise {
	t.Helper()
	list, err := All()
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

func TestEverySheetHasItsFileHereAndTheOtherWayRound(t *testing.T) {
	sheets, err := labs.Sheets()
	require.NoError(t, err)
	numbers := map[int]bool{}
	for _, s := range sheets {
		numbers[s.Number] = true
		assert.Contains(t, all, s.Number, "%s has no file in this package", s.File)
	}
	for n := range all {
		assert.True(t, numbers[n], "exercise %d has no sheet in docs/labs", n)
	}
}

func TestEveryQuestionHasAGraderAndEveryGraderAQuestion(t *testing.T) {
	for _, e := range exercises(t) {
		var asked, graded []string
		for _, q := range e.Sheet.Questions {
			asked = append(asked, q.ID)
		}
		for _, q := range e.Questions {
			graded = append(graded, q.ID)
			assert.NotNil(t, q.Truth, "%s: %s", e.ID(), q.ID)
			for n, h := range q.Hints {
				assert.NotEmpty(t, h, "%s: %s: hint %d", e.ID(), q.ID, n+1)
			}
		}
		assert.ElementsMatch(t, asked, graded, e.ID())
		assert.NotEmpty(t, e.Learnt, e.ID())
	}
}

func TestEveryRunTakesFiveMinutesAtMost(t *testing.T) {
	for _, e := range exercises(t) {
		takes, err := e.Plan.Estimate()
		require.NoError(t, err, e.ID())
		assert.Positive(t, takes, "%s runs nothing", e.ID())
		assert.LessOrEqual(t, takes, exercise.Most, e.ID())
		for _, name := range e.Plan.Experiments {
			_, err := experiment.Find(name)
			assert.NoError(t, err, e.ID())
		}
		for _, name := range e.Plan.Models {
			_, known := models.Find(name)
			assert.True(t, known, "%s: no model %s", e.ID(), name)
		}
	}
}

// unrecorded are the sheets without a recorded run: no machine was quiet enough for long enough yet. It gets shorter, never longer.
var unrecorded = []int{7, 12, 13, 14}

// recorded is the exercise's recorded run.
func recorded(t *testing.T, e exercise.Exercise) result.Run {
	t.Helper()
	run, err := result.Read(folder(e))
	if slices.Contains(unrecorded, e.Number) {
		require.ErrorIs(t, err, fs.ErrNotExist, "it has one: take it off the list")
		t.Skipf("%s has no recorded run yet: docs/labs/README.md says how one is made", e.ID())
	}
	require.NoError(t, err, "recorded results: see docs/labs/README.md")
	require.Empty(t, run.Problems)
	return run
}

func read(t *testing.T, e exercise.Exercise, name string) exercise.Answers {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder(e), name))
	require.NoError(t, err)
	a, err := exercise.ParseAnswers(text, e.Sheet)
	require.NoError(t, err, "%s: %s", e.ID(), name)
	require.NoError(t, a.Complete(e.Sheet), "%s: %s", e.ID(), name)
	return a
}

// By the recorded run the reference solution has every point, and the wrong one none: each for the reason that its question gives.
func TestRecordedResultsGradeTheSolutions(t *testing.T) {
	for _, e := range exercises(t) {
		t.Run(e.ID(), func(t *testing.T) {
			run := recorded(t, e)
			right, wrong := read(t, e, "right.yaml"), read(t, e, "wrong.yaml")
			for _, i := range e.Grade(right, run, right.Committed(e.Sheet), e.Sheet.Questions).Items {
				assert.Equal(t, exercise.Right, i.State, "%s: answered %s, measured %s: %s", i.Question.ID, i.Answer, i.Measured, i.Why)
				assert.NotEmpty(t, i.Why, i.Question.ID)
				assert.NotEmpty(t, i.Look, i.Question.ID)
				for _, p := range labs.Places(i.Look) {
					text, err := os.ReadFile(filepath.Join("../../../..", p.Path))
					require.NoError(t, err, i.Question.ID)
					for _, r := range p.Regions {
						assert.Contains(t, string(text), "// #region "+r+"\n", "%s: %s", i.Question.ID, p.Path)
					}
				}
			}
			g := e.Grade(wrong, run, wrong.Committed(e.Sheet), e.Sheet.Questions)
			assert.Zero(t, g.Right)
			assert.Equal(t, g.Points, g.Decided)
			for _, i := range g.Items {
				assert.Equal(t, exercise.Wrong, i.State, "%s: answered %s, measured %s", i.Question.ID, i.Answer, i.Measured)
			}
			changed := e.Grade(right, run, wrong.Committed(e.Sheet), e.Sheet.Questions)
			assert.Zero(t, changed.Right, "put right after the run")
		})
	}
}

func TestNothingAnsweredIsSaidClearly(t *testing.T) {
	for _, e := range exercises(t) {
		a, err := exercise.ParseAnswers([]byte(exercise.Template(e.Sheet)), e.Sheet)
		require.NoError(t, err, e.ID())
		err = a.Complete(e.Sheet)
		require.Error(t, err, e.ID())
		assert.Regexp(t, `^unanswered: who \(line \d\), `+e.Sheet.Questions[0].ID+` \(line `, err.Error())
		assert.Equal(t, len(e.Sheet.Questions), strings.Count(err.Error(), ", "), "each of them")
	}
}

// Where gates withheld everything, nothing is decided: no question has a truth that doesn't come from the run.
func TestWithheldResultsDecideNothing(t *testing.T) {
	for _, e := range exercises(t) {
		t.Run(e.ID(), func(t *testing.T) {
			run := recorded(t, e)
			for i := range run.Records {
				run.Records[i].Outcome, run.Records[i].Reason = result.Withheld, "a gate"
			}
			a := read(t, e, "right.yaml")
			g := e.Grade(a, run, a.Committed(e.Sheet), e.Sheet.Questions)
			assert.False(t, g.Gradable())
			for _, i := range g.Items {
				assert.Equal(t, exercise.NoVerdict, i.State, "%s: %s", i.Question.ID, i.Measured)
				assert.NotEmpty(t, i.Why)
			}
		})
	}
}
