package runs

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
)

// kept leaves n runs in a folder.
func kept(t *testing.T, n int) (dir string) {
	dir = t.TempDir()
	for i := range n {
		began := time.Date(2026, 11, 21, 8+i, 0, 0, 0, time.UTC)
		f, err := result.Create(dir, began)
		require.NoError(t, err)
		require.NoError(t, f.SaveManifest(result.Manifest{Started: began, Plan: result.Plan{Seed: uint64(i)}}))
		require.NoError(t, f.Add(result.Record{Model: "thread", Round: 1}))
		require.NoError(t, f.Close())
	}
	return dir
}

func write(t *testing.T, path string, into func(io.Writer)) string {
	f, err := os.Create(path)
	require.NoError(t, err)
	into(f)
	require.NoError(t, f.Close())
	return path
}

// archived makes a tar, a tar.gz and a zip of a folder.
func archived(t *testing.T, dir string) (archives []string) {
	out := t.TempDir()
	tarred := func(w io.Writer) {
		a := tar.NewWriter(w)
		require.NoError(t, a.AddFS(os.DirFS(dir)))
		require.NoError(t, a.Close())
	}
	return []string{
		write(t, filepath.Join(out, "a.tar"), tarred),
		write(t, filepath.Join(out, "a.tar.gz"), func(w io.Writer) {
			z := gzip.NewWriter(w)
			tarred(z)
			require.NoError(t, z.Close())
		}),
		write(t, filepath.Join(out, "a.zip"), func(w io.Writer) {
			a := zip.NewWriter(w)
			require.NoError(t, a.AddFS(os.DirFS(dir)))
			require.NoError(t, a.Close())
		}),
	}
}

func TestOneIsFoundWhereverItIs(t *testing.T) {
	dir := kept(t, 1)
	inner, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, path := range append(append([]string{dir}, inner...), archived(t, dir)...) {
		run, err := One(path)
		require.NoError(t, err, path)
		assert.Len(t, run.Records, 1, path)
		assert.Contains(t, run.Path, path)
		assert.Equal(t, "20261121T080000Z", filepath.Base(run.Path))
	}
	for _, path := range archived(t, inner[0]) { // without a folder around it
		run, err := One(path)
		require.NoError(t, err, path)
		assert.Len(t, run.Records, 1)
	}
}

func TestOneOfSeveralMustBeNamed(t *testing.T) {
	dir := kept(t, 2)
	for _, path := range append(archived(t, dir), dir) {
		_, err := One(path)
		assert.EqualError(t, err, path+" holds 2 runs: name one of them, such as "+filepath.Join(path, "20261121T090000Z"))
		found, problems, err := All(path)
		require.NoError(t, err)
		assert.Empty(t, problems)
		require.Len(t, found, 2)
		assert.Equal(t, uint64(1), found[1].Manifest.Plan.Seed)
	}
}

func TestWhatIsWholeIsRead(t *testing.T) {
	dir := kept(t, 1)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "old"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "old", result.ManifestFile), []byte(`{"version": 9}`), 0o600))
	for _, path := range append(archived(t, dir), dir) {
		found, problems, err := All(path)
		require.NoError(t, err)
		assert.Len(t, found, 1)
		require.Len(t, problems, 1)
		assert.EqualError(t, problems[0], "reading a run: "+filepath.Join(path, "old", result.ManifestFile)+" is of version 9, this program reads version 1")
	}
	_, err := One(filepath.Join(dir, "old"))
	assert.ErrorContains(t, err, "is of version 9")
}

func TestWhatIsNoRun(t *testing.T) {
	dir := t.TempDir()
	_, err := One(dir)
	assert.EqualError(t, err, "reading a run: "+dir+" holds no manifest.json, nor does a folder in it")
	_, err = One(filepath.Join(dir, "nowhere"))
	assert.ErrorContains(t, err, "no such file")
	text := write(t, filepath.Join(dir, "text"), func(w io.Writer) { _, _ = io.WriteString(w, "nothing\n") })
	_, err = One(text)
	assert.ErrorContains(t, err, "nor an archive (tar, tar.gz, zip) that is whole")
	archives := archived(t, kept(t, 1))
	for _, path := range archives {
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, whole[:len(whole)/3], 0o600))
		_, err = One(path)
		assert.ErrorContains(t, err, path)
	}
	empty := archived(t, t.TempDir())
	_, err = One(empty[0])
	assert.ErrorContains(t, err, "holds no manifest.json")
}

// An archive's names may lead anywhere; nothing is written there.
func TestNamesInArchivesLeadNowhere(t *testing.T) {
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "a.tar"), func(w io.Writer) {
		a := tar.NewWriter(w)
		for _, name := range []string{"../../x/manifest.json", "/x/results.jsonl", "x/passwd"} {
			require.NoError(t, a.WriteHeader(&tar.Header{Name: name, Size: 2, Mode: 0o600, Typeflag: tar.TypeReg}))
			_, err := a.Write([]byte("{}"))
			require.NoError(t, err)
		}
		require.NoError(t, a.Close())
	})
	into := t.TempDir()
	names, err := unpack(path, into)
	require.NoError(t, err)
	assert.Len(t, names, 2)
	for _, name := range []string{"0/manifest.json", "1/results.jsonl"} {
		assert.FileExists(t, filepath.Join(into, name))
	}
	_, err = One(path)
	assert.Error(t, err)
}
