// Package labs holds the sheets of the lab exercises: prose for a reader, and questions in a fixed form that the lab reads.
package labs

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed [0-9][0-9]-*.md
var files embed.FS

var read = sync.OnceValues(func() ([]Sheet, error) { return All(files) })

// Sheets returns the sheets that are built in, by their numbers. The error names the file and the line that is not in the fixed form.
func Sheets() ([]Sheet, error) { return read() }

// All reads the sheets of a folder: each file named NN-name.md, by their numbers.
func All(folder fs.FS) ([]Sheet, error) {
	names, err := fs.Glob(folder, "[0-9][0-9]-*.md") // sorted
	if err != nil {
		return nil, err
	}
	var sheets []Sheet
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		s, err := Parse(name, string(text))
		if err != nil {
			return nil, err
		}
		if n := len(sheets); n > 0 && sheets[n-1].Number == s.Number {
			return nil, fmt.Errorf("%s: %s has the number %d, too", name, sheets[n-1].File, s.Number)
		}
		sheets = append(sheets, s)
	}
	return sheets, nil
}

// Find returns the sheet that is meant by a number (2, 02), a name (one-at-a-time) or both (02-one-at-a-time).
func Find(which string) (Sheet, error) {
	sheets, err := Sheets()
	if err != nil {
		return Sheet{}, err
	}
	var known []string
	for _, s := range sheets {
		if s.is(which) {
			return s, nil
		}
		known = append(known, s.ID())
	}
	return Sheet{}, fmt.Errorf("no exercise %q: choose from %s", which, strings.Join(known, ", "))
}
