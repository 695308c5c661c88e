package building

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEverySkeletonIsWhole(t *testing.T) {
	for _, e := range List() {
		for _, lang := range e.Langs {
			for _, framing := range []Framing{Terminated, BigEndian, LittleEndian, Digits} {
				for _, rule := range []Rule{Upper, Reversed, Checksum, Rotated} {
					s, err := Draw(e.Name, `a "name" */ \ é`)
					require.NoError(t, err)
					s.Framing, s.Rule = framing, rule
					laid, err := skeleton(e, s, lang)
					require.NoError(t, err, "%s in %s, %s, %s", e.ID(), lang, framing, rule)
					assert.Contains(t, laid, lang.main())
					for name, text := range laid {
						assert.NotContains(t, string(text), "{{", name)
						assert.NotContains(t, string(text), "<no value>", name)
						if strings.HasSuffix(name, ".go") {
							_, err := parser.ParseFile(token.NewFileSet(), name, text, parser.AllErrors)
							assert.NoError(t, err)
						}
					}
					assert.Contains(t, string(laid[lang.main()]), "BEGIN YOUR ")
				}
			}
		}
	}
}

func TestTextsHaveTheSameParts(t *testing.T) {
	want := []string{"What you will know afterwards", "Read", "What is spoken", "Build", "What is graded", "Explain", "Going further", "Time needed"}
	for _, e := range List() {
		text, err := e.Text("anybody", e.Langs[0])
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(text, "# "+e.ID()[:2]+". "+e.Title+"\n"), e.ID())
		var have []string
		for line := range strings.Lines(text) {
			if heading, is := strings.CutPrefix(strings.TrimSpace(line), "## "); is {
				have = append(have, heading)
			}
		}
		assert.Equal(t, want, have, e.ID())
		assert.Positive(t, e.Points())
		_, err = os.Stat(filepath.Join("../../../../services", e.Model, "main.go"))
		assert.NoError(t, err, "the lab's own server of this kind")
	}
}

func TestStartAndOpen(t *testing.T) {
	e, err := Find("epoll-loop")
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "mine")
	laid, err := e.Start(dir, "s42", C)
	require.NoError(t, err)
	opened, err := Open(dir, "")
	require.NoError(t, err)
	assert.Equal(t, laid, opened)
	assert.True(t, Is(dir))
	for _, name := range []string{"main.c", "given.c", "given.h", "spec.h", "README.md", FolderFile} {
		assert.FileExists(t, filepath.Join(dir, name))
	}
	_, err = e.Start(dir, "s42", C)
	assert.ErrorContains(t, err, "isn't empty")
	_, err = Open(dir, "s43")
	assert.ErrorContains(t, err, `is of the seed "s42", not "s43"`)
}

func TestBadFolders(t *testing.T) {
	for want, text := range map[string]string{
		"is damaged":                 `{"exercise": `,
		"no building exercise":       `{"exercise": 99, "seed": "x", "lang": "go"}`,
		"can't be built in":          `{"exercise": 22, "seed": "x", "lang": "cobol"}`,
		"want 1 to 64 bytes":         `{"exercise": 22, "seed": "", "lang": "go"}`,
		"nothing to build":           `{"exercise": 22, "seed": "x", "lang": "go"}`,
		"has no " + FolderFile + ":": "",
	} {
		dir := t.TempDir()
		if text != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, FolderFile), []byte(text), 0o644))
		}
		_, err := Open(dir, "")
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "\n")
	}
	_, err := Find("26")
	assert.ErrorContains(t, err, "choose from 21-select-loop")
	e, err := Find("22")
	require.NoError(t, err)
	_, err = e.Start(t.TempDir(), "x", Python)
	assert.ErrorContains(t, err, `can't be built in "python": choose from go`)
}

func TestWhatIsForbidden(t *testing.T) {
	for text, want := range map[string]string{
		"package main\n\nimport (\n\t\"io\"\n\t\"net/http\"\n)\n": "main.go:5:2: the package net/http",
		"package main\nimport \"os/exec\"\n":                      "os/exec",
		"package main\nimport \"golang.org/x/sys/unix\"\n":        "golang.org/x/sys/unix",
		"package main\nimport (\"syscall\"; \"iter\"; \"sync\")":  "",
	} {
		assert.Contains(t, Go.forbidden([]byte(text)), want)
		assert.Equal(t, want == "", Go.forbidden([]byte(text)) == "")
	}
	assert.Contains(t, Python.forbidden([]byte("import select\nimport sys, asyncio\n")), "main.py:2: the module asyncio")
	assert.Contains(t, Python.forbidden([]byte("from concurrent.futures import Executor")), "concurrent")
	assert.Empty(t, Python.forbidden([]byte("import select\nfrom given import start\n# import asyncio")))
}
