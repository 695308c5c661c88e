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

// changed keeps a run of an hour in which thread's rate is so many times what it is else.
func changed(t *testing.T, hour int, times float64) (dir string) {
	began := time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC)
	f, err := result.Create(t.TempDir(), began)
	require.NoError(t, err)
	m := madeup.All()
	m.Manifest.Started, m.Manifest.Machine.CPU = began, "machine "+f.Path
	require.NoError(t, f.SaveManifest(m.Manifest))
	for _, r := range m.Records {
		if r.Model == "thread" && r.Experiment == "throughput" {
			r.Ratio *= times
		}
		require.NoError(t, f.Add(r))
	}
	require.NoError(t, f.Close())
	return f.Path
}

func TestCompareInEveryFormat(t *testing.T) {
	a, b := changed(t, 8, 1), changed(t, 9, 0.8)
	for format, want := range map[string]string{
		"text": `\n thread +0\.9\d  0\.7\d   0\.80 `, "markdown": `\| thread \| 0\.9\d \| 0\.7\d \| 0\.80 \|`,
		"csv": `\nthread,rate_64,more,0\.9\d+,`, "json": `"metric": "rate_64",\n`,
	} {
		status, out, stderr := lab(t, root, "compare", "-format", format, a, b)
		assert.Zero(t, status, stderr)
		assert.Regexp(t, want, out)
		assert.Contains(t, out, "worse")
		assert.Empty(t, stderr)
	}
	_, out, _ := lab(t, root, "compare", "-models", "crew,poll", a, b)
	assert.Contains(t, out, "\n crew ")
	assert.NotContains(t, out, "\n thread ")
	assert.NotContains(t, out, "worse")
}

func TestCompareFailsAboveALimit(t *testing.T) {
	a, b := changed(t, 8, 1), changed(t, 9, 0.8)
	for _, c := range []struct {
		args   string
		x, y   string
		status int
	}{
		{"-fail-above 5%", a, b, 1},
		{"-fail-above 0.05", a, b, 1},
		{"-fail-above 5% -models crew", a, b, 0},
		{"-fail-above 40%", a, b, 0},
		{"-fail-above 5%", b, a, 0},
		{"-fail-above 0.1%", a, a, 0},
		{"", a, b, 0},
	} {
		status, out, stderr := lab(t, root, append(append([]string{"compare"}, strings.Fields(c.args)...), c.x, c.y)...)
		assert.Equal(t, c.status, status, "%s\n%s", c.args, stderr)
		assert.Contains(t, out, "Figures: ", "the tables come all the same")
		if c.status == 0 {
			assert.Empty(t, stderr)
			continue
		}
		assert.Regexp(t, `^lab: worse by more than 5 % and beyond noise:\nlab:   thread: rate at 64 0\.80 \(0\.\d\d to 0\.\d\d\)\n$`, stderr)
	}
}

func TestCompareOfWhatCantBe(t *testing.T) {
	a := changed(t, 8, 1)
	empty := t.TempDir()
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{nil, 2, "lab compare takes two runs, A B, and got 0"},
		{[]string{a, a, a}, 2, "and got 3"},
		{[]string{"-format", "html", a, a}, 2, `-format "html": choose from text, markdown, csv, json`},
		{[]string{"-fail-above", "5", a, a}, 2, `-fail-above "5": want less than 1; 5 per cent is 5%`},
		{[]string{"-fail-above", "", a, a}, 2, "want a share"},
		{[]string{"-models", "epol", a, a}, 2, `-models: no model "epol" in either run: choose from iterative, `},
		{[]string{a, empty}, 1, empty + " holds no manifest.json"},
		{[]string{"/nowhere", a}, 1, "no such file"},
	} {
		status, out, stderr := lab(t, root, append([]string{"compare"}, c.args...)...)
		assert.Equal(t, c.status, status, "lab compare %v\n%s", c.args, stderr)
		assert.Empty(t, out)
		assert.Contains(t, stderr, c.want)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line\n%s", stderr)
	}
}

func TestCompareOfNothingHasNotPassed(t *testing.T) {
	a := changed(t, 8, 1)
	require.NoError(t, os.WriteFile(filepath.Join(a, result.LinesFile), nil, 0o600))
	status, _, stderr := lab(t, root, "compare", "-fail-above", "5%", a, a)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "no figure could be judged")
}
