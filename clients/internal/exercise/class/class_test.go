package class

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/sheets"
	"c10klab/clients/internal/result"
)

const recorded = "../sheets/testdata/06"

func six(t *testing.T) exercise.Exercise {
	t.Helper()
	e, err := sheets.Find("06")
	require.NoError(t, err)
	return e
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return text
}

func put(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

// lay lays a student's folder of exercise 6: the recorded run, made when these answers had been given.
func lay(t *testing.T, dir, answers string) {
	t.Helper()
	e := six(t)
	text := read(t, filepath.Join(recorded, answers))
	put(t, filepath.Join(dir, exercise.AnswersFile), string(text))
	a, err := exercise.ParseAnswers(text, e.Sheet)
	require.NoError(t, err)
	run := filepath.Join(dir, exercise.ResultsFolder, "20261121T120000Z")
	var m result.Manifest
	require.NoError(t, json.Unmarshal(read(t, filepath.Join(recorded, result.ManifestFile)), &m))
	m.Exercise = a.Committed(e.Sheet)
	changed, err := json.Marshal(m)
	require.NoError(t, err)
	put(t, filepath.Join(run, result.ManifestFile), string(changed))
	put(t, filepath.Join(run, result.LinesFile), string(read(t, filepath.Join(recorded, result.LinesFile))))
}

// edit changes a file.
func edit(t *testing.T, path, old, to string) {
	t.Helper()
	text := string(read(t, path))
	require.Contains(t, text, old)
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(text, old, to)), 0o644))
}

// graded is the table of a class, by folder.
func graded(t *testing.T, dir string, o Options) map[string]Row {
	t.Helper()
	rows := map[string]Row{}
	require.NoError(t, Grade(t.Context(), dir, o, func(r Row) error {
		assert.NotContains(t, rows, r.Folder)
		rows[r.Folder] = r
		return nil
	}))
	return rows
}

// fiveOf is a class: one who was right, one who was wrong, one who did nothing, one who means harm, one who changed an answer later.
func fiveOf(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	lay(t, filepath.Join(dir, "ada"), "right.yaml")
	lay(t, filepath.Join(dir, "bob"), "wrong.yaml")
	put(t, filepath.Join(dir, "carl", exercise.AnswersFile), exercise.Template(six(t).Sheet))
	hostile := filepath.Join(dir, "=cmd|' \x1b[2J\n\xff")
	lay(t, hostile, "right.yaml")
	require.NoError(t, os.Remove(filepath.Join(hostile, exercise.AnswersFile)))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(hostile, exercise.AnswersFile)))
	lay(t, filepath.Join(dir, "late"), "wrong.yaml")
	edit(t, filepath.Join(dir, "late", exercise.AnswersFile), "waits-in: read", "waits-in: poll")
	return dir
}

func TestAClassOfFive(t *testing.T) {
	rows := graded(t, fiveOf(t), Options{})
	points := six(t).Points()
	require.Len(t, rows, 5)
	score := func(name string) float64 {
		require.NotNil(t, rows[name].Score, name)
		return *rows[name].Score
	}
	ada := rows["ada"]
	assert.Equal(t, Row{"ada", "Ada", "06-who-pays-for-idle-clients", points, points, points, ada.Score, Passed, ""}, ada)
	assert.InDelta(t, 1, score("ada"), 1e-9)
	bob := rows["bob"]
	assert.Equal(t, Row{"bob", "Bob", "06-who-pays-for-idle-clients", points, 0, points, bob.Score, Failed, ""}, bob)
	assert.Zero(t, score("bob"))
	assert.Equal(t, Row{"carl", "", "06-who-pays-for-idle-clients", points, 0, 0, nil, Empty, "nothing is answered"}, rows["carl"])
	assert.Equal(t, Late, rows["late"].Status)
	assert.Equal(t, "after the fact: waits-in", rows["late"].Remark)
	assert.Zero(t, score("late"), "put right after the run")
	hostile := rows[`=cmd|' \u001b[2J\u000a\xff`]
	assert.Equal(t, Refused, hostile.Status)
	assert.Contains(t, hostile.Remark, "left out: answers.yaml (a link, which is not followed)")
	assert.NotContains(t, hostile.Remark, "root:", "what it points to is not read")
}

func TestTheTable(t *testing.T) {
	var out bytes.Buffer
	table, err := NewTable(&out, "csv")
	require.NoError(t, err)
	dir := fiveOf(t)
	put(t, filepath.Join(dir, "grades.csv"), "an earlier table")
	require.NoError(t, Grade(t.Context(), dir, Options{}, table.Add))
	require.NoError(t, table.End())
	lines, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 6)
	assert.Equal(t, Columns, lines[0])
	assert.Equal(t, `'=cmd|' \u001b[2J\u000a\xff`, lines[1][0], "no formula, and nothing that a terminal obeys")
	assert.Equal(t, []string{"ada", "Ada", "06-who-pays-for-idle-clients"}, lines[2][:3])
	assert.Equal(t, []string{"1.000", "passed", ""}, lines[2][6:])
	assert.Empty(t, lines[4][6], "who did nothing has no score")

	out.Reset()
	table, err = NewTable(&out, "json")
	require.NoError(t, err)
	require.NoError(t, Grade(t.Context(), dir, Options{}, table.Add))
	require.NoError(t, table.End())
	var rows []Row
	require.NoError(t, json.Unmarshal(out.Bytes(), &rows))
	require.Len(t, rows, 5)
	assert.Equal(t, "Ada", rows[1].Who)
	assert.Nil(t, rows[3].Score)
	_, err = NewTable(io.Discard, "xls")
	assert.EqualError(t, err, `no format "xls": choose from csv, json`)
}

// By a teacher's run those are graded, too, who have none.
func TestATeachersRun(t *testing.T) {
	dir := fiveOf(t)
	put(t, filepath.Join(dir, "dora", exercise.AnswersFile), string(read(t, filepath.Join(recorded, "right.yaml"))))
	assert.Equal(t, NoRun, graded(t, dir, Options{})["dora"].Status)
	for _, results := range []string{recorded, filepath.Join(dir, "ada")} {
		dora := graded(t, dir, Options{Results: results})["dora"]
		assert.Equal(t, Passed, dora.Status)
		assert.Contains(t, dora.Remark, "it can't be told whether they stood before")
	}
	for _, results := range []string{t.TempDir(), filepath.Join(dir, "nowhere")} {
		err := Grade(t.Context(), dir, Options{Results: results}, func(Row) error { panic("no row") })
		assert.ErrorContains(t, err, results+": no run, and no exercise's folder with one")
	}
}
