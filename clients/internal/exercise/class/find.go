package class

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/building"
)

// submission is one thing that was handed in.
type submission struct {
	name  string // its path from the class's folder
	path  string
	wrong error // why it is none; nil: it is one
}

const (
	// Most is how many entries of one folder are looked at.
	Most = 2000
	// deepest is how many levels of a student's folder are looked through: work/ may stand between it and an exercise's.
	deepest = 3
	// each is how many submissions one student's folder may have.
	each = 50
	// looks is how many folders of one student are looked into.
	looks = 500
)

// marks are the files that tell an exercise's folder from others: predictions, and what start leaves where something is to be written.
var marks = []string{exercise.AnswersFile, building.FolderFile}

// find lists what was handed in, by name. An exercise's folder is one submission, and so is a package; in any other folder they
// are looked for. Tables (.csv, .json) of the class's folder, and what begins with a dot, are passed over.
func find(dir string) ([]submission, error) {
	entries, err := list(dir)
	if err != nil {
		return nil, fmt.Errorf("the class's folder: %w", err)
	}
	var all []submission
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); e.Type().IsRegular() && (ext == ".csv" || ext == ".json") {
			continue
		}
		s := submission{name: e.Name(), path: filepath.Join(dir, e.Name())}
		switch {
		case isPackage(e):
			all = append(all, s)
		case e.IsDir():
			all = append(all, s.within()...)
		default:
			s.wrong = fmt.Errorf("neither a folder nor a package (.zip): %s", kind(e.Type()))
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: nothing was handed in: want a folder or a package for each student", dir)
	}
	return all, nil
}

// within are the submissions in a student's folder; if there are none, the folder itself with what is wrong about it.
func (s submission) within() []submission {
	left := looks
	found, err := s.search(deepest, &left)
	switch {
	case err != nil:
		s.wrong = err
	case len(found) == 0:
		s.wrong = fmt.Errorf("no %s and no package (.zip) in it", strings.Join(marks, ", no "))
	case len(found) > each:
		s.wrong = fmt.Errorf("more than %d exercises in one folder", each)
	default:
		return found
	}
	return []submission{s}
}

// search looks through so many levels, and into no more folders than are left.
func (s submission) search(depth int, left *int) (found []submission, err error) {
	if *left--; *left < 0 {
		return nil, fmt.Errorf("more than %d folders, and which of them are exercises?", looks)
	}
	entries, err := list(s.path)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return slices.Contains(marks, e.Name()) }) {
		return []submission{s}, nil
	}
	for _, e := range entries {
		below := submission{name: filepath.Join(s.name, e.Name()), path: filepath.Join(s.path, e.Name())}
		switch {
		case isPackage(e):
			found = append(found, below)
		case e.IsDir() && depth > 1:
			more, err := below.search(depth-1, left)
			if err != nil {
				return nil, err
			}
			found = append(found, more...)
		}
		if len(found) > each {
			break
		}
	}
	return found, nil
}

// list reads a folder, by name, without what begins with a dot.
func list(dir string) ([]fs.DirEntry, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(Most + 1)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	case len(entries) > Most:
		return nil, fmt.Errorf("more than %d entries in %s", Most, filepath.Base(dir))
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") })
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

func isPackage(e fs.DirEntry) bool {
	return e.Type().IsRegular() && strings.EqualFold(filepath.Ext(e.Name()), ".zip")
}

// kind says in a word what an entry is that isn't followed or read.
func kind(t fs.FileMode) string {
	switch {
	case t&fs.ModeSymlink != 0:
		return "a link, which is not followed"
	case t&fs.ModeNamedPipe != 0:
		return "a pipe"
	case t&fs.ModeSocket != 0:
		return "a socket"
	case t.IsRegular():
		return "a file"
	}
	return "a device"
}
