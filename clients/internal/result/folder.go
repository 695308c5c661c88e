package result

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// The names of a run's two files.
const (
	LinesFile    = "results.jsonl"
	ManifestFile = "manifest.json"
)

// Folder is where one run writes. Every record is on the disk's way when Add
// returns, so that a run that is interrupted keeps what it has.
type Folder struct {
	Path  string
	lines *os.File
	used  bool // something is worth keeping
	uid   int
	gid   int
}

// Create makes a folder for a run under results, named after the time in UTC,
// and says at once if it can't be written. What is written belongs to the owner
// of results: in a container the lab is another user than the one who reads.
func Create(results string, now time.Time) (*Folder, error) {
	info, err := os.Stat(results)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(results, 0o755); err == nil {
			info, err = os.Stat(results)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("results folder: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("results folder: %s is no folder", results)
	}
	f := &Folder{uid: -1, gid: -1}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		f.uid, f.gid = int(stat.Uid), int(stat.Gid)
	}
	if f.Path, err = makeFolder(results, now); err != nil {
		return nil, fmt.Errorf("results folder: %w", err)
	}
	if f.lines, err = os.Create(filepath.Join(f.Path, LinesFile)); err != nil {
		return nil, fmt.Errorf("results folder: %w", err)
	}
	return f, errors.Join(f.give(f.Path), f.give(f.lines.Name()))
}

// makeFolder avoids the name of a run that began in the same second.
func makeFolder(results string, now time.Time) (string, error) {
	name := filepath.Join(results, now.UTC().Format("20060102T150405Z"))
	for i := 1; ; i++ {
		path := name
		if i > 1 {
			path = fmt.Sprintf("%s-%d", name, i)
		}
		if err := os.Mkdir(path, 0o755); !errors.Is(err, fs.ErrExist) || i > 99 {
			return path, err
		}
	}
}

func (f *Folder) give(path string) error {
	if f.uid < 0 {
		return nil
	}
	err := os.Lchown(path, f.uid, f.gid)
	if errors.Is(err, syscall.EINVAL) {
		return nil // in a user namespace that does not know that owner: then it stays the user's who runs this
	}
	if err != nil {
		return fmt.Errorf("giving it to the owner of the results folder: %w", err)
	}
	return nil
}

// Add appends one record.
func (f *Folder) Add(r Record) error {
	r.Version, f.used = Version, true
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record of %s %s: %w", r.Experiment, r.Model, err)
	}
	if _, err := f.lines.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing results: %w", err)
	}
	return nil
}

// SaveManifest writes the manifest, in place of the one before.
func (f *Folder) SaveManifest(m Manifest) error {
	m.Version, f.used = Version, true
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	path := filepath.Join(f.Path, ManifestFile)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	if err := f.give(path + ".new"); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	return nil
}

// Close closes the folder's files. A folder to which nothing was written is taken away.
func (f *Folder) Close() error {
	err := f.lines.Close()
	if !f.used {
		err = errors.Join(err, os.Remove(f.lines.Name()), os.Remove(f.Path))
	}
	return err
}
