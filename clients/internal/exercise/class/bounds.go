package class

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/result"
)

// Bounds are what one submission may hold. Whatever it says of itself, no more is read.
type Bounds struct {
	Bytes int64 // of all files
	Files int   // files and folders
	Depth int   // folders within each other
	Lines int   // of results: a short line becomes a record that takes 100 times its room
	Mark  int64 // bytes of answers.yaml, and of exercise.json
}

// Common are the bounds of every submission: those of exercise.Pack, and the lines of a hundred runs.
var Common = Bounds{Bytes: exercise.MostPacked, Files: 1000, Depth: 8, Lines: 20_000, Mark: 64 << 10}

// intake copies one submission into a folder of its own, within bounds.
type intake struct {
	to   *os.Root
	left Bounds
	all  Bounds
	out  []string // what was left out, and why
}

func newIntake(to string, b Bounds) (*intake, error) {
	root, err := os.OpenRoot(to)
	return &intake{to: root, left: b, all: b}, err
}

// entry counts one more file or folder of that name.
func (in *intake) entry(name string) error {
	if in.left.Files--; in.left.Files < 0 {
		return fmt.Errorf("more than %d files and folders", in.all.Files)
	}
	if strings.Count(name, "/") >= in.all.Depth {
		return fmt.Errorf("more than %d folders within each other", in.all.Depth)
	}
	return nil
}

// file copies one file: its name with slashes, below the submission's folder. A name may come once.
func (in *intake) file(name string, from io.Reader) (err error) {
	if err := in.entry(name); err != nil {
		return err
	}
	local := filepath.FromSlash(name)
	if err := in.to.MkdirAll(filepath.Dir(local), 0o755); err != nil {
		return plainly(name, err)
	}
	f, err := in.to.OpenFile(local, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return plainly(name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if slices.Contains(marks, name) {
		return in.mark(name, f, from)
	}
	counted := &counter{to: f}
	n, err := io.Copy(counted, io.LimitReader(from, in.left.Bytes+1))
	if in.left.Bytes -= n; in.left.Bytes < 0 {
		return fmt.Errorf("more than %d MiB", in.all.Bytes>>20)
	}
	if filepath.Base(local) == result.LinesFile {
		if in.left.Lines -= counted.lines; in.left.Lines < 0 {
			return fmt.Errorf("more than %d lines of results", in.all.Lines)
		}
	}
	return plainly(name, err)
}

// mark copies one of the files that say what a folder is.
func (in *intake) mark(name string, to io.Writer, from io.Reader) error {
	n, err := io.Copy(to, io.LimitReader(from, in.all.Mark+1))
	if n > in.all.Mark {
		return fmt.Errorf("%s: larger than %d KiB, which is none", name, in.all.Mark>>10)
	}
	in.left.Bytes -= n
	return plainly(name, err)
}

// counter counts lines on their way.
type counter struct {
	to    io.Writer
	lines int
}

func (c *counter) Write(p []byte) (int, error) {
	c.lines += bytes.Count(p, []byte("\n"))
	return c.to.Write(p)
}

// plainly is an error about a file without the paths of this machine.
func plainly(name string, err error) error {
	if err == nil {
		return nil
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
