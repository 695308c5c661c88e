package result

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func filled(t *testing.T) *Folder {
	f, err := Create(t.TempDir(), noon)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	require.NoError(t, f.SaveManifest(Manifest{Plan: Plan{Seed: 7}}))
	for round := 1; round <= 3; round++ {
		require.NoError(t, f.Add(Record{Experiment: "latency", Model: "thread", Round: round, Outcome: OK, Ratio: 1.25}))
	}
	return f
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	f := filled(t)
	assert.Equal(t, "20261121T120000Z", filepath.Base(f.Path))
	run, err := Read(f.Path)
	require.NoError(t, err)
	assert.Empty(t, run.Problems)
	assert.Equal(t, uint64(7), run.Manifest.Plan.Seed)
	require.Len(t, run.Records, 3)
	assert.Equal(t, 3, run.Records[2].Round)
	assert.Equal(t, 1.25, run.Records[2].Ratio)
}

func TestFoldersOfOneSecondDiffer(t *testing.T) {
	results := t.TempDir()
	a, err := Create(results, noon)
	require.NoError(t, err)
	defer a.Close()
	b, err := Create(results, noon)
	require.NoError(t, err)
	defer b.Close()
	assert.NotEqual(t, a.Path, b.Path)
}

func TestDamagedLinesAreNamedAndTheRestIsRead(t *testing.T) {
	f := filled(t)
	path := filepath.Join(f.Path, LinesFile)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	text = append(text, "not JSON\n{\"version\":99}\n{\"version\":1,\"rou"...)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	run, err := Read(f.Path)
	require.NoError(t, err)
	assert.Len(t, run.Records, 3)
	require.Len(t, run.Problems, 3)
	assert.Contains(t, run.Problems[0], "line 4: ")
	assert.Contains(t, run.Problems[1], "line 5 is of version 99")
	assert.Contains(t, run.Problems[2], "line 6 is cut off")
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	_, err := Read("/nowhere")
	assert.ErrorContains(t, err, "reading a run: open /nowhere/manifest.json")
	f := filled(t)
	require.NoError(t, os.WriteFile(filepath.Join(f.Path, ManifestFile), []byte(`{"version": 9}`), 0o600))
	_, err = Read(f.Path)
	assert.ErrorContains(t, err, "is of version 9, this program reads version 1")
}

func TestWrittenFilesBelongToTheFoldersOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	results := t.TempDir()
	require.NoError(t, os.Chown(results, 1234, 2345))
	f, err := Create(results, noon)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.SaveManifest(Manifest{}))
	for _, path := range []string{f.Path, filepath.Join(f.Path, LinesFile), filepath.Join(f.Path, ManifestFile)} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, uint32(1234), info.Sys().(*syscall.Stat_t).Uid, path)
		assert.Equal(t, uint32(2345), info.Sys().(*syscall.Stat_t).Gid, path)
	}
}

func TestLatency(t *testing.T) {
	h := hdrhistogram.New(1, int64(time.Minute), 3)
	for i := int64(1); i <= 1000; i++ {
		require.NoError(t, h.RecordValue(i*1000))
	}
	var s Side
	require.NoError(t, s.SetLatency(h))
	assert.InEpsilon(t, 500, s.Latency.P50, 0.01)
	assert.InEpsilon(t, 900, s.Latency.P90, 0.01)
	assert.Zero(t, s.Latency.P99, "10 samples beyond it are too few")
	assert.InEpsilon(t, 1000, s.Latency.Max, 0.01)
	back, err := s.Decode()
	require.NoError(t, err)
	assert.True(t, h.Equals(back))

	var none Side
	require.NoError(t, none.SetLatency(nil))
	back, err = none.Decode()
	assert.NoError(t, err)
	assert.Nil(t, back)
	none.Histogram = "%%%"
	_, err = none.Decode()
	assert.Error(t, err)
}
