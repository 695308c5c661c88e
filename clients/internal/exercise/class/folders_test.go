package class

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/result"
)

// Each mistake costs its own row, and says itself.
func TestOneBadFolderStopsNoOther(t *testing.T) {
	smaller(t)
	run := filepath.Join(exercise.ResultsFolder, "20261121T120000Z")
	manifest, lines := filepath.Join(run, result.ManifestFile), filepath.Join(run, result.LinesFile)
	cases := map[string]struct {
		spoil  func(dir string)
		status Status
		want   string
	}{
		"answers damaged": {
			func(d string) { edit(t, d+"/answers.yaml", "none-idle: no", "none-idle: maybe") }, Refused,
			`answers damaged/answers.yaml: line 9: none-idle: "maybe" is no answer`,
		},
		"answers in binary":  {func(d string) { put(t, d+"/answers.yaml", "\x00\x01") }, Refused, "control characters are not allowed"},
		"answers are huge":   {func(d string) { put(t, d+"/answers.yaml", strings.Repeat("# x\n", 20_000)) }, Refused, "answers.yaml: larger than 64 KiB"},
		"answers of nothing": {func(d string) { edit(t, d+"/answers.yaml", "exercise: 6", "exercise: 98") }, Refused, `no exercise "98"`},
		"answers of another": {func(d string) { edit(t, d+"/"+manifest, `"number":6`, `"number":2`) }, Refused, "these are results of exercise 2"},
		"manifest damaged":   {func(d string) { put(t, d+"/"+manifest, "{") }, Refused, "manifest damaged/results/20261121T120000Z/manifest.json"},
		"no lines":           {func(d string) { require.NoError(t, os.Remove(d+"/"+lines)) }, Refused, "no such file"},
		"lines damaged":      {func(d string) { put(t, d+"/"+lines, "{\nnonsense\n") }, Undecided, "lines of results that can't be read: 2"},
		"too many lines":     {func(d string) { put(t, d+"/"+lines, strings.Repeat("{}\n", Common.Lines+1)) }, Refused, "more than 20000 lines of results"},
		"interrupted":        {func(d string) { edit(t, d+"/"+manifest, `"complete":true`, `"complete":false`) }, Refused, "was interrupted"},
		"withheld": {
			func(d string) { edit(t, d+"/"+lines, `"outcome":"ok"`, `"outcome":"withheld","reason":"a gate"`) }, Undecided,
			"undecided: order, epoll-beside-many",
		},
		"partly": {func(d string) { edit(t, d+"/answers.yaml", "none-idle: no", "none-idle:") }, Passed, "unanswered: none-idle"},
		"a bomb": {func(d string) { require.NoError(t, sparse(d+"/core", 1<<40)) }, Refused, "more than 2 MiB"},
		"a pipe": {func(d string) { require.NoError(t, syscall.Mkfifo(d+"/pipe", 0o644)) }, Passed, "left out: pipe (a pipe)"},
		"pipe for answers": {func(d string) {
			require.NoError(t, os.Remove(d+"/answers.yaml"))
			require.NoError(t, syscall.Mkfifo(d+"/answers.yaml", 0o644))
		}, Refused, "left out: answers.yaml (a pipe)"},
		"a link to itself": {func(d string) { require.NoError(t, os.Symlink(".", d+"/loop")) }, Passed, "left out: loop (a link"},
		"results elsewhere": {func(d string) {
			require.NoError(t, os.RemoveAll(d+"/results"))
			require.NoError(t, os.Symlink("../good/results", d+"/results"))
		}, NoRun, "left out: results (a link"},
		"deep":      {func(d string) { put(t, d+strings.Repeat("/x", 20)+"/y", "") }, Refused, "folders within each other"},
		"many":      {func(d string) { fill(t, d+"/files", Common.Files+1) }, Refused, "more than 1000 files and folders"},
		"very many": {func(d string) { fill(t, d+"/files", Most+1) }, Refused, "more than 2000 entries in files"},
		"nothing":   {func(d string) { require.NoError(t, os.RemoveAll(d)); require.NoError(t, os.Mkdir(d, 0o755)) }, Refused, "no answers.yaml, no exercise.json and no package"},
	}
	class := t.TempDir()
	for name, c := range cases {
		lay(t, filepath.Join(class, name), "right.yaml")
		c.spoil(filepath.Join(class, name))
	}
	lay(t, filepath.Join(class, "good"), "right.yaml")
	require.NoError(t, os.Symlink("good", filepath.Join(class, "friend")))
	put(t, filepath.Join(class, "essay.pdf"), "%PDF")
	rows := graded(t, class, Options{})
	assert.Len(t, rows, len(cases)+3)
	assert.Equal(t, Passed, rows["good"].Status)
	assert.Empty(t, rows["good"].Remark)
	assert.Equal(t, "neither a folder nor a package (.zip): a link, which is not followed", rows["friend"].Remark)
	assert.Equal(t, "neither a folder nor a package (.zip): a file", rows["essay.pdf"].Remark)
	for name, c := range cases {
		assert.Equal(t, c.status, rows[name].Status, "%s: %s", name, rows[name].Remark)
		assert.Contains(t, rows[name].Remark, c.want, name)
		assert.NotContains(t, rows[name].Remark, os.TempDir()+"/c10klab-class", "the copy's path means nothing to a teacher")
	}
}

// smaller has a test deal with bombs of 2 MiB in place of 64.
func smaller(t *testing.T) {
	t.Helper()
	was := Common
	t.Cleanup(func() { Common = was })
	Common.Bytes = 2 << 20
}

// sparse makes a file that says it is large.
func sparse(path string, size int64) error {
	f, err := os.Create(path)
	return errors.Join(err, f.Truncate(size), f.Close())
}

func fill(t *testing.T, dir string, n int) {
	t.Helper()
	require.NoError(t, os.Mkdir(dir, 0o755))
	for i := range n {
		f, err := os.Create(filepath.Join(dir, "f"+strings.Repeat("x", i%50)+string(rune('a'+i/50))))
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
}

// Hand-in systems put a folder around what was handed in, and start lays exercises below work/.
func TestWhereSubmissionsLie(t *testing.T) {
	class := t.TempDir()
	lay(t, filepath.Join(class, "ada", "work", "06-who"), "right.yaml")
	lay(t, filepath.Join(class, "ada", "work", "second try"), "wrong.yaml")
	lay(t, filepath.Join(class, "bob", ".hidden"), "right.yaml")
	rows := graded(t, class, Options{})
	assert.Len(t, rows, 3)
	assert.Equal(t, Passed, rows["ada/work/06-who"].Status)
	assert.Equal(t, Failed, rows["ada/work/second try"].Status)
	assert.Equal(t, "no answers.yaml, no exercise.json and no package (.zip) in it", rows["bob"].Remark)

	for i := range each + 1 {
		put(t, filepath.Join(class, "eve", "x"+strings.Repeat("x", i), "answers.yaml"), "")
	}
	assert.Equal(t, "more than 50 exercises in one folder", graded(t, class, Options{})["eve"].Remark)
}

func TestAClassThatIsNone(t *testing.T) {
	none := func(Row) error { panic("no row") }
	empty := t.TempDir()
	assert.EqualError(t, Grade(t.Context(), empty, Options{}, none), empty+": nothing was handed in: want a folder or a package for each student")
	assert.ErrorIs(t, Grade(t.Context(), filepath.Join(empty, "nowhere"), Options{}, none), os.ErrNotExist)
	put(t, filepath.Join(empty, "file"), "")
	assert.Error(t, Grade(t.Context(), filepath.Join(empty, "file"), Options{}, none))

	ended, end := context.WithCancel(t.Context())
	end()
	assert.ErrorIs(t, Grade(ended, fiveOf(t), Options{}, none), context.Canceled)
	full := errors.New("disk full")
	assert.ErrorIs(t, Grade(t.Context(), fiveOf(t), Options{}, func(Row) error { return full }), full)
}

// What nobody foresaw costs its own row: a grader that panics, and one that never ends.
func TestWithin(t *testing.T) {
	known := Row{Folder: "ada"}
	row, err := within(t.Context(), Patience, known, func() (Row, error) { panic("index out of range") })
	assert.EqualError(t, err, "these results can't be graded: index out of range")
	assert.Equal(t, known, row)
	end := make(chan struct{})
	defer close(end)
	row, err = within(t.Context(), time.Millisecond, known, func() (Row, error) { <-end; return Row{}, nil })
	assert.EqualError(t, err, "grading took longer than 1ms")
	assert.Equal(t, known, row)
	row, err = within(t.Context(), Patience, known, func() (Row, error) { return Row{Folder: "bob"}, nil })
	assert.NoError(t, err)
	assert.Equal(t, "bob", row.Folder)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = within(ended, Patience, known, func() (Row, error) { <-end; return Row{}, nil })
	assert.ErrorIs(t, err, context.Canceled)
}

func TestPlainAndCell(t *testing.T) {
	assert.Equal(t, "Zoë 李", plain("Zoë 李"))
	assert.Equal(t, `a\u202eb\u000d\xfe`, plain("a\u202eb\r\xfe"))
	assert.Equal(t, longest+1, len([]rune(plain(strings.Repeat("ä", 10_000)))))
	for _, formula := range []string{"=1+1", "+1", "-1", "@SUM(A1)"} {
		assert.Equal(t, "'"+formula, cell(formula))
	}
	assert.Equal(t, "Ada", cell("Ada"))
	assert.Empty(t, cell(""))
}
