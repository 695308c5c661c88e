package result

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReopenKeepsWhatIsWholeAndWanted(t *testing.T) {
	f, err := Create(t.TempDir(), time.Now())
	require.NoError(t, err)
	for trial := 1; trial <= 4; trial++ {
		require.NoError(t, f.Add(Record{Trial: trial, Model: "thread"}))
	}
	require.NoError(t, f.SaveManifest(Manifest{Revision: "abc"}))
	require.NoError(t, f.Close())
	lines, err := os.OpenFile(filepath.Join(f.Path, LinesFile), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = lines.WriteString("garbage\n{\"version\": 99}\n{\"version\":1,\"trial\":5")
	require.NoError(t, err)
	require.NoError(t, lines.Close())

	again, err := Reopen(f.Path, func(r Record) bool { return r.Trial != 3 })
	require.NoError(t, err)
	require.NoError(t, again.Add(Record{Trial: 3, Model: "epoll"}))
	require.NoError(t, again.Close())
	run, err := Read(f.Path)
	require.NoError(t, err)
	assert.Empty(t, run.Problems)
	var trials []int
	for _, r := range run.Records {
		trials = append(trials, r.Trial)
	}
	assert.Equal(t, []int{1, 2, 4, 3}, trials)
	assert.Equal(t, "abc", run.Manifest.Revision)
}

func TestReopenOfNothing(t *testing.T) {
	_, err := Reopen(filepath.Join(t.TempDir(), "none"), nil)
	assert.ErrorContains(t, err, "results folder")
	empty := t.TempDir()
	_, err = Reopen(empty, nil)
	assert.ErrorContains(t, err, LinesFile)
}
