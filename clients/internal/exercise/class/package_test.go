package class

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise"
)

// pack makes the package of a folder, as lab exercise pack does.
func pack(t *testing.T, dir, to string) {
	t.Helper()
	e := six(t)
	a, err := exercise.ReadAnswers(dir, e.Sheet)
	require.NoError(t, err)
	require.NoError(t, e.Pack(dir, to, a))
}

// member is a file of a package made by hand.
type member struct {
	name, text string
	mode       fs.FileMode
}

func zipped(t *testing.T, to string, members ...member) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		h.SetMode(m.mode | 0o644)
		w, err := z.CreateHeader(h)
		require.NoError(t, err)
		_, err = io.WriteString(w, m.text)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	put(t, to, b.String())
}

func TestPackagesAreGradedAsFoldersAre(t *testing.T) {
	class, student := t.TempDir(), filepath.Join(t.TempDir(), "06")
	lay(t, student, "right.yaml")
	pack(t, student, filepath.Join(class, "06-ada.zip"))
	require.NoError(t, os.Mkdir(filepath.Join(class, "Bob_123_submission"), 0o755))
	pack(t, student, filepath.Join(class, "Bob_123_submission", "06.ZIP"))
	answers := string(read(t, filepath.Join(recorded, "right.yaml")))
	zipped(t, filepath.Join(class, "by hand.zip"), member{name: "answers.yaml", text: answers})
	whole := read(t, filepath.Join(class, "06-ada.zip"))
	put(t, filepath.Join(class, "cut off.zip"), string(whole[:len(whole)/2]))

	rows := graded(t, class, Options{})
	assert.Len(t, rows, 4)
	for _, name := range []string{"06-ada.zip", "Bob_123_submission/06.ZIP"} {
		assert.Equal(t, Passed, rows[name].Status, rows[name].Remark)
		assert.Equal(t, "Ada", rows[name].Who)
		assert.Empty(t, rows[name].Remark)
	}
	assert.Equal(t, NoRun, rows["by hand.zip"].Status)
	assert.Contains(t, rows["by hand.zip"].Remark, "not made by lab exercise pack: it has no list of hashes")
	assert.Equal(t, "no package: it is called .zip and is none, or it is cut off", rows["cut off.zip"].Remark)
}

func TestPackagesThatMeanHarm(t *testing.T) {
	smaller(t)
	class := t.TempDir()
	answers := member{name: "06/answers.yaml", text: string(read(t, filepath.Join(recorded, "right.yaml")))}
	list := func(text string) member { return member{name: "06/manifest.json", text: text} }
	outside := filepath.Join(class, "..", "planted")
	var many []member
	for i := range Common.Files {
		many = append(many, member{name: "06/" + strings.Repeat("x", i+1)})
	}
	for name, c := range map[string]struct {
		members []member
		want    string
	}{
		"leads out":     {[]member{answers, {name: "06/../../planted", text: "x"}}, `a file named "06/../../planted", which leads out of its folder`},
		"absolute":      {[]member{answers, {name: "/planted", text: "x"}}, "leads out"},
		"of Windows":    {[]member{answers, {name: `..\planted`, text: "x"}}, "leads out"},
		"a bomb":        {[]member{answers, {name: "06/zeros", text: strings.Repeat("\x00", int(Common.Bytes)+1)}}, "more than 2 MiB"},
		"answers' bomb": {[]member{{name: "06/answers.yaml", text: strings.Repeat("#", 1<<20)}}, "larger than 64 KiB"},
		"many":          {append(many, answers), "more than 1000 files and folders"},
		"deep":          {[]member{answers, {name: "06/" + strings.Repeat("x/", 20) + "y"}}, "folders within each other"},
		"a link":        {[]member{{name: "06/answers.yaml", text: "/etc/passwd", mode: fs.ModeSymlink}}, "left out: answers.yaml (a link"},
		"two answers":   {[]member{answers, {name: "07/answers.yaml"}}, "a package of 2 exercises: one goes into one package"},
		"twice":         {[]member{answers, {name: "06/a"}, {name: "06/a"}}, "a package with two files a"},
		"file, folder":  {[]member{answers, {name: "06/a"}, {name: "06/a/b"}}, "a package with two files a/b"},
		"no answers":    {[]member{{name: "06/essay"}}, "a package without answers.yaml or exercise.json: lab exercise pack makes a whole one"},
		"no list":       {[]member{answers, list("{")}, "damaged: manifest.json is no list"},
		"changed":       {[]member{answers, list(`{"files_sha256":{"answers.yaml":"00"}}`)}, "damaged: answers.yaml is not what its list says"},
		"missing":       {[]member{answers, list(`{"files_sha256":{"main.go":"00"}}`)}, "damaged: its list has main.go, which can't be read"},
		"curious":       {[]member{answers, list(`{"files_sha256":{"../../../../etc/passwd":"00"}}`)}, "which can't be read"},
		"a list's list": {[]member{answers, list(strings.Repeat("[", 100_000))}, "damaged: manifest.json is no list"},
	} {
		zipped(t, filepath.Join(class, name+".zip"), c.members...)
		row := graded(t, class, Options{})[name+".zip"]
		assert.Equal(t, Refused, row.Status, "%s: %s", name, row.Remark)
		assert.Contains(t, row.Remark, c.want, name)
		require.NoError(t, os.Remove(filepath.Join(class, name+".zip")))
	}
	assert.NoFileExists(t, outside)
	assert.NoFileExists(t, "/planted")
}

// A package's list of files is as long as the package says, so it is not read further than such a list may go.
func TestAPackageThatListsNoEnd(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 40_000 {
		_, err := z.CreateHeader(&zip.FileHeader{Name: strings.Repeat("x", 100)})
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	_, err := openZip(bytes.NewReader(b.Bytes()), int64(b.Len()), Common)
	assert.EqualError(t, err, "a package that lists far more than 1000 files")
	_, err = openZip(bytes.NewReader(nil), 1<<40, Common)
	assert.EqualError(t, err, "a package of more than 64 MiB")
}
