package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Run is what a folder holds.
type Run struct {
	Path     string
	Manifest Manifest
	Records  []Record
	Problems []string // lines that could not be read, and why
}

// Read reads a run's folder. What is whole is read; what is not, such as a last
// line that was cut off, stands in Problems.
func Read(path string) (Run, error) {
	run := Run{Path: path}
	text, err := os.ReadFile(filepath.Join(path, ManifestFile))
	if err != nil {
		return run, fmt.Errorf("reading a run: %w", err)
	}
	if err := json.Unmarshal(text, &run.Manifest); err != nil {
		return run, fmt.Errorf("reading a run: %s: %w", filepath.Join(path, ManifestFile), err)
	}
	if run.Manifest.Version != Version {
		return run, fmt.Errorf("reading a run: %s is of version %d, this program reads version %d",
			filepath.Join(path, ManifestFile), run.Manifest.Version, Version)
	}
	f, err := os.Open(filepath.Join(path, LinesFile))
	if err != nil {
		return run, fmt.Errorf("reading a run: %w", err)
	}
	defer f.Close()
	return run, run.readLines(f)
}

func (run *Run) readLines(from io.Reader) error {
	r := bufio.NewReader(from)
	for number := 1; ; number++ {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading a run: %s: %w", LinesFile, err)
		}
		if whole := err == nil; len(bytes.TrimSpace(line)) > 0 {
			run.readLine(number, line, whole)
		}
		if err != nil {
			return nil
		}
	}
}

func (run *Run) readLine(number int, line []byte, whole bool) {
	var rec Record
	switch err := json.Unmarshal(line, &rec); {
	case err != nil && !whole:
		run.problem("line %d is cut off", number)
	case err != nil:
		run.problem("line %d: %v", number, err)
	case rec.Version != Version:
		run.problem("line %d is of version %d, this program reads version %d", number, rec.Version, Version)
	default:
		run.Records = append(run.Records, rec)
	}
}

func (run *Run) problem(format string, args ...any) {
	run.Problems = append(run.Problems, LinesFile+": "+fmt.Sprintf(format, args...))
}
