package class

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"c10klab/clients/internal/exercise/sandbox"
)

const (
	// below is the exercise's folder in the container, in sandbox.Inside.
	below = "work"
	// source is how many bytes one file of a student's may have.
	source = 1 << 20
)

// files are what the container gets of a folder that was taken in: the released files, and of the student's those alone that the exercise
// lists. remarks says what else was there.
func (b Built) files(dir string) (files []sandbox.File, remarks []string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	all := maps.Clone(b.Released)
	for _, name := range b.Own {
		info, err := root.Stat(filepath.FromSlash(name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil, fmt.Errorf("%s is not there", name)
		case err != nil:
			return nil, nil, plainly(name, err)
		case !info.Mode().IsRegular() || info.Size() > source:
			return nil, nil, fmt.Errorf("%s: want a file of at most %d KiB", name, source>>10)
		}
		if all[name], err = root.ReadFile(filepath.FromSlash(name)); err != nil {
			return nil, nil, plainly(name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		files = append(files, sandbox.File{Name: path.Join(below, name), Content: all[name]})
	}
	if replaced := b.replaced(root); len(replaced) > 0 {
		remarks = append(remarks, "replaced by the released ones: "+strings.Join(replaced, ", "))
	}
	return files, remarks, nil
}

// replaced are the released files that were changed or are missing.
func (b Built) replaced(root *os.Root) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(b.Released)) {
		if slices.Contains(b.Own, name) {
			continue
		}
		text, err := root.ReadFile(filepath.FromSlash(name))
		if err != nil || string(text) != string(b.Released[name]) {
			names = append(names, name)
		}
	}
	return names
}
