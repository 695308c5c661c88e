package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Reopen opens a run's folder to add to it. Of the lines that are there, those stay whose record keep wants; lines that are
// no whole record of this version go, for what they told will be measured again.
func Reopen(path string, keep func(Record) bool) (*Folder, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("results folder: %w", err)
	}
	f := &Folder{Path: path, used: true, uid: -1, gid: -1}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		f.uid, f.gid = int(stat.Uid), int(stat.Gid)
	}
	old := filepath.Join(path, LinesFile)
	text, err := os.ReadFile(old)
	if err != nil {
		return nil, fmt.Errorf("results folder: %w", err)
	}
	if f.lines, err = os.Create(old + ".new"); err != nil {
		return nil, fmt.Errorf("results folder: %w", err)
	}
	out := bufio.NewWriter(f.lines)
	for line := range bytes.Lines(text) {
		var rec Record
		if bytes.HasSuffix(line, []byte("\n")) && json.Unmarshal(line, &rec) == nil && rec.Version == Version && keep(rec) {
			_, _ = out.Write(line) // Flush tells of an error
		}
	}
	if err = errors.Join(out.Flush(), f.give(f.lines.Name())); err == nil {
		err = os.Rename(f.lines.Name(), old)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("results folder: %w", err), f.lines.Close(), os.Remove(old+".new"))
	}
	return f, nil
}
