package building

import (
	"bytes"
	"fmt"
	"go/format"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

// filled is what the templates are filled in with.
type filled struct {
	Spec
	Exercise
	Lang Lang
}

// Imports are those of conversation.go.
func (f filled) Imports() (list []string) {
	if f.Framing == Terminated || f.Rule == Upper {
		list = append(list, "bytes")
	}
	if f.Framing == BigEndian || f.Framing == LittleEndian {
		list = append(list, "encoding/binary")
	}
	if f.Framing == Digits || f.Rule == Checksum {
		list = append(list, "fmt")
	}
	return list
}

// Order is the name of a byte order in encoding/binary.
func (f filled) Order() string {
	if f.Framing == BigEndian {
		return "BigEndian"
	}
	return "LittleEndian"
}

// SeedInC is the seed as it may stand in a comment.
func (f filled) SeedInC() string { return strings.ReplaceAll(strconv.Quote(f.Seed), "*/", "* /") }

// SeedInPython is the seed as it may stand in a docstring.
func (f filled) SeedInPython() string { return strconv.QuoteToASCII(f.Seed) }

// TerminatorInC is the byte as a character of C.
func (f filled) TerminatorInC() string { return fmt.Sprintf("'%c'", f.Terminator) }

// File is the file that the student writes.
func (f filled) File() string { return f.Lang.main() }

// Build is the command that compiles by hand; empty where nothing is compiled.
func (f filled) Build() string {
	switch f.Lang {
	case C:
		return "cc -O2 -Wall -Wextra -o server main.c given.c"
	case Python:
		return ""
	}
	return "go build -o server ."
}

// Run is the command that starts the server by hand.
func (f filled) Run() string {
	if f.Lang == Python {
		return "python3 main.py 7000"
	}
	return "./server 7000"
}

// skeleton is every file of an exercise, by name, as it is laid.
func skeleton(e Exercise, s Spec, lang Lang) (map[string][]byte, error) {
	out := map[string][]byte{}
	fill := filled{s, e, lang}
	for _, folder := range []string{"common", e.common, e.ID()} {
		dir := path.Join("skeletons", string(lang), folder)
		entries, err := fs.ReadDir(files, dir)
		if folder == "" || err != nil && folder != e.ID() {
			continue // a language need not have files for each kind
		}
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			name, is := strings.CutSuffix(entry.Name(), ".tmpl")
			if !is {
				continue // a folder
			}
			if out[name], err = render(path.Join(dir, entry.Name()), fill); err != nil {
				return nil, err
			}
		}
	}
	var err error
	out["README.md"], err = render(path.Join("texts", e.ID()+".md"), fill)
	return out, err
}

// render fills in one template; a file of Go is formatted.
func render(name string, fill filled) ([]byte, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	t, err := template.New(path.Base(name)).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, fill); err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".go.tmpl") {
		return format.Source(b.Bytes())
	}
	return b.Bytes(), nil
}

// Text is the exercise's sheet for a seed and a language, in Markdown.
func (e Exercise) Text(seed string, lang Lang) (string, error) {
	s, err := Draw(e.Name, seed)
	if err != nil {
		return "", err
	}
	if !slices.Contains(e.Langs, lang) {
		_, err := e.Lang(string(lang))
		return "", err
	}
	text, err := render(path.Join("texts", e.ID()+".md"), filled{s, e, lang})
	return string(text), err
}
