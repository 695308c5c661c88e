package tests

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Pages, comments and scripts name files and folders of this tree; what is moved must be renamed there, too. In Go files
// that goes for comments: a test may well say what is not there.

// named finds a path of this tree in a line: not within a longer one, nor behind a variable.
var named = regexp.MustCompile(`(^|[^\w./~$}-])((services|clients|tests|docs|\.ci)/[\w./*-]+)`)

// placeholder is part of a path that stands for any: services/NAME.
var placeholder = regexp.MustCompile(`(^|/)(NAME|FOLDER|MODEL|PKG|NN)(\b|_)`)

// linked finds where a link of a Markdown page goes to, if it is no address and no place of the page's own.
var linked = regexp.MustCompile(`\]\(([^)#: ]+)(#[^)]*)?\)`)

func TestNamedPathsExist(t *testing.T) {
	read, found := 0, 0
	for _, file := range textFiles(t) {
		text, err := os.ReadFile(filepath.Join("..", file))
		require.NoError(t, err)
		if strings.ContainsRune(string(text), 0) {
			continue // a program
		}
		read++
		for i, line := range strings.Split(string(text), "\n") {
			if strings.HasSuffix(file, ".go") {
				_, line, _ = strings.Cut(line, "//")
			}
			for _, m := range named.FindAllStringSubmatch(line, -1) {
				path := strings.TrimRight(m[2], "./-")
				if placeholder.MatchString(path) {
					continue
				}
				found++
				matches, err := filepath.Glob(filepath.Join("..", path))
				assert.True(t, err == nil && len(matches) > 0, "%s:%d names %s, which is not there", file, i+1, path)
			}
			if !strings.HasSuffix(file, ".md") {
				continue
			}
			for _, m := range linked.FindAllStringSubmatch(line, -1) {
				_, err := os.Stat(filepath.Join("..", filepath.Dir(file), m[1]))
				assert.NoError(t, err, "%s:%d links to %s", file, i+1, m[1])
			}
		}
	}
	assert.Greater(t, read, 300, "the tree was gone through")
	assert.Greater(t, found, 100)
}

// textFiles are the files of the tree, without what builds and runs leave.
func textFiles(t *testing.T) (files []string) {
	t.Helper()
	left := map[string]bool{".git": true, ".build": true, "results": true, "testdata": true, "bin": true, "work": true}
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel("..", path)
		if d.IsDir() && left[d.Name()] {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() && !strings.HasSuffix(rel, "go.sum") {
			files = append(files, rel)
		}
		return nil
	}))
	return files
}

func TestEveryYardstickFileIsInItsTable(t *testing.T) {
	page, err := os.ReadFile("yardstick/README.md")
	require.NoError(t, err)
	entries, err := os.ReadDir("yardstick")
	require.NoError(t, err)
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		if name != "README.md" {
			assert.Contains(t, string(page), "\n| "+name+" | ", "a row of the table")
		}
	}
}
