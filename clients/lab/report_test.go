package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

// kept puts a made-up run into a folder, as a run does.
func kept(t *testing.T) (dir string) {
	f, err := result.Create(t.TempDir(), time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	m := madeup.All()
	require.NoError(t, f.SaveManifest(m.Run.Manifest))
	for _, r := range m.Run.Records {
		require.NoError(t, f.Add(r))
	}
	require.NoError(t, f.Close())
	return f.Path
}

func TestReportInEveryFormat(t *testing.T) {
	dir := kept(t)
	for format, want := range map[string]string{
		"text": "\n epolledge ", "markdown": "| epolledge |", "csv": "\nepolledge,readiness,latency,1,0,response,ok,", "html": "<th scope=\"row\">epolledge</th>",
	} {
		status, out, stderr := lab(t, root, "report", "-format", format, dir)
		assert.Zero(t, status, stderr)
		assert.Contains(t, out, want)
		assert.Empty(t, stderr)
	}
	_, text, _ := lab(t, root, "report", dir)
	_, explicit, _ := lab(t, root, "report", "-format", "text", dir)
	assert.Equal(t, explicit, text)
}

func TestReportIntoFiles(t *testing.T) {
	dir, out := kept(t), t.TempDir()
	_, page, _ := lab(t, root, "report", "-format", "html", dir)
	status, said, stderr := lab(t, out, "report", "-o", "a.HTML", dir)
	require.Zero(t, status, stderr)
	assert.Equal(t, "a.HTML\n", said)
	text, err := os.ReadFile(filepath.Join(out, "a.HTML"))
	require.NoError(t, err)
	assert.Equal(t, page, string(text), "the same results, the same bytes")

	status, said, stderr = lab(t, out, "report", "-o", "all/", dir)
	require.Zero(t, status, stderr)
	assert.Equal(t, "all/report.txt\nall/report.md\nall/report.csv\nall/report.html\n", said)
	status, said, stderr = lab(t, out, "report", "-format", "csv", "-o", "all", dir)
	require.Zero(t, status, stderr)
	assert.Equal(t, "all/report.csv\n", said)
	for path := range strings.Lines("all/report.txt\nall/report.md\nall/report.csv\nall/report.html\n") {
		info, err := os.Stat(filepath.Join(out, strings.TrimSpace(path)))
		require.NoError(t, err)
		assert.NotZero(t, info.Size())
	}
}

func TestReportOfDamagedResults(t *testing.T) {
	dir := kept(t)
	f, err := os.OpenFile(filepath.Join(dir, result.LinesFile), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("not JSON\n{\"version\":99}\n{\"version\":1,\"rou")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	problems := []string{": invalid character", "is of version 99, this program reads version 1", "is cut off"}
	for _, format := range []string{"text", "markdown", "csv", "html"} {
		status, out, stderr := lab(t, root, "report", "-format", format, dir)
		assert.Zero(t, status, "what is whole is read")
		assert.Contains(t, out, "epolledge")
		said := out
		if format == "csv" {
			said = stderr
		}
		said = strings.Join(strings.Fields(said), " ")
		for _, p := range problems {
			assert.Contains(t, said, p, format)
		}
	}
}

func TestReportOfWhatIsNoRun(t *testing.T) {
	dir := kept(t)
	parent := filepath.Dir(dir)
	newer := filepath.Join(parent, "20270101T000000Z")
	require.NoError(t, os.Mkdir(newer, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(newer, result.ManifestFile), []byte(`{"version": 9}`), 0o600))
	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, result.ManifestFile), []byte(`{`), 0o600))
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{nil, 2, "lab report takes one DIR, the folder of a run, and got 0"},
		{[]string{dir, dir}, 2, "and got 2"},
		{[]string{"-format", "pdf", dir}, 2, `-format "pdf": choose from text, markdown, csv, html`},
		{[]string{"-o", "x.pdf", dir}, 2, "the ending says no format"},
		{[]string{"-format", "text", "-o", filepath.Join(dir, result.LinesFile), dir}, 2, "a run's results have that name"},
		{[]string{"-o", "/proc/x/y.md", dir}, 1, "writing the report: "},
		{[]string{"/nowhere"}, 1, "reading a run: open /nowhere/manifest.json: no such file"},
		{[]string{parent}, 1, "is no run but holds 2 of them: lab report " + newer},
		{[]string{newer}, 1, "is of version 9, this program reads version 1"},
		{[]string{broken}, 1, "unexpected end of JSON input"},
	} {
		status, out, stderr := lab(t, root, append([]string{"report"}, c.args...)...)
		assert.Equal(t, c.status, status, "lab report %v\n%s", c.args, stderr)
		assert.Empty(t, out)
		assert.Contains(t, stderr, c.want)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line\n%s", stderr)
	}
}
