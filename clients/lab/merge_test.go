package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/result"
)

func TestMergeIntoText(t *testing.T) {
	a, b := changed(t, 8, 1), changed(t, 9, 1)
	status, out, stderr := lab(t, root, "merge", a, filepath.Dir(b))
	require.Zero(t, status, stderr)
	assert.Empty(t, stderr)
	assert.Regexp(t, `(?m)^ switching-costs +confirmed +confirmed$`, out)
	assert.Contains(t, out, "\nA: machine ")
	_, explicit, _ := lab(t, root, "merge", "-format", "text", a, filepath.Dir(b))
	assert.Equal(t, explicit, out)
}

func TestMergeIntoFiles(t *testing.T) {
	a, b := changed(t, 8, 1), changed(t, 9, 1)
	dir := t.TempDir()
	status, out, stderr := lab(t, dir, "merge", "-o", "new/merged", a, b)
	require.Zero(t, status, stderr)
	assert.True(t, strings.HasPrefix(out, "new/merged/merged.html\n"))
	for path := range strings.Lines(out) {
		info, err := os.Stat(filepath.Join(dir, strings.TrimSpace(path)))
		require.NoError(t, err)
		assert.NotZero(t, info.Size())
	}
	assert.Equal(t, len(claims.All())+1, strings.Count(out, "\n"))
}

func TestMergeReadsWhatIsWhole(t *testing.T) {
	a, b := changed(t, 8, 1), changed(t, 9, 1)
	f, err := os.OpenFile(filepath.Join(a, result.LinesFile), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"version":1,"rou`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, os.WriteFile(filepath.Join(b, result.ManifestFile), []byte(`{"version": 9}`), 0o600))
	status, out, stderr := lab(t, root, "merge", a, b, "/nowhere")
	require.Zero(t, status, stderr)
	words := strings.Join(strings.Fields(out), " ")
	for _, part := range []string{"is cut off.", "is of version 9, this program reads version 1.", "/nowhere: no such file"} {
		assert.Contains(t, words, part)
	}
	status, out, stderr = lab(t, root, "merge", b, "/nowhere")
	assert.Equal(t, 1, status)
	assert.Empty(t, out)
	assert.Contains(t, stderr, "is of version 9")
	assert.Contains(t, stderr, "no such file")
}

func TestMergeOfWhatCantBe(t *testing.T) {
	a := changed(t, 8, 1)
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{nil, 2, "lab merge takes the folders of runs, DIR..., and got none"},
		{[]string{"-format", "pdf", a}, 2, `-format "pdf": choose from text, html`},
		{[]string{"-format", "html", a}, 2, "say into which folder with -o"},
		{[]string{"-format", "text", "-o", "x", a}, 2, "goes to standard output, not into -o x"},
		{[]string{"-o", "/proc/x", a}, 1, "writing the merged runs: "},
	} {
		status, out, stderr := lab(t, root, append([]string{"merge"}, c.args...)...)
		assert.Equal(t, c.status, status, "lab merge %v\n%s", c.args, stderr)
		assert.Empty(t, out)
		assert.Contains(t, stderr, c.want)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line\n%s", stderr)
	}
}
