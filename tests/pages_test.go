package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each model has a page, docs/models/FOLDER.md, that says what a reader of its
// main.go wants to know, and walks through that file by its named regions.

// sections are a page's, in their order.
var sections = []string{"The idea", "Who waits where", "The file, region by region", "What breaks it", "Read next"}

// pages returns the folders under services/ that hold models.
func pages(t *testing.T) (names []string) {
	t.Helper()
	for _, s := range models(t) {
		names = append(names, folder(t, s))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryModelHasAPage(t *testing.T) {
	var found []string
	files, err := filepath.Glob("../docs/models/*.md")
	require.NoError(t, err)
	for _, file := range files {
		found = append(found, strings.TrimSuffix(filepath.Base(file), ".md"))
	}
	assert.Equal(t, pages(t), found, "the pages in docs/models and the folders that compose.yaml builds models from")
}

func TestPages(t *testing.T) {
	for _, name := range pages(t) {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("../docs/models", name+".md"))
			require.NoError(t, err)
			page := string(text)
			assert.Regexp(t, `\A# `+name+`\b`, page, "its title begins with the folder's name")
			var titles []string
			part := map[string]string{}
			for _, s := range strings.Split("\n"+page, "\n## ")[1:] {
				title, body, _ := strings.Cut(s, "\n")
				titles = append(titles, title)
				part[title] = strings.TrimSpace(body)
				assert.NotEmpty(t, part[title], title)
			}
			require.Equal(t, sections, titles)
			assert.Contains(t, part["Who waits where"], "```", "a picture")
			assert.Contains(t, page, "](../../services/"+name+"/main.go)")
			assert.Regexp(t, link, part["Read next"])

			var walked []string
			for _, item := range walk.FindAllStringSubmatch(part["The file, region by region"], -1) {
				walked = append(walked, item[1])
			}
			assert.Equal(t, regions(t, name), walked, "the regions of main.go, in its order, and the list on the page")
		})
	}
}

// walk finds the items of the list that each begin with a region's name.
var walk = regexp.MustCompile("(?m)^- \\*\\*`([^`]*)`\\*\\*")

// Every main.go marks two to six regions that a page, or the reader's editor, can point at.
func TestRegions(t *testing.T) {
	for _, name := range pages(t) {
		t.Run(name, func(t *testing.T) {
			names := regions(t, name)
			assert.GreaterOrEqual(t, len(names), 2)
			assert.LessOrEqual(t, len(names), 6)
			for i, region := range names {
				assert.Regexp(t, `^[a-z]+(-[a-z]+)?$`, region)
				assert.NotContains(t, names[:i], region, "marked twice")
			}
		})
	}
}

// regions reads the marks in a model's main.go: // #region NAME ... // #endregion.
func regions(t *testing.T, folder string) (names []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../services", folder, "main.go"))
	require.NoError(t, err)
	open, lines := "", 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		name, begins := strings.CutPrefix(line, "// #region")
		switch {
		case begins:
			require.Empty(t, open, "%s: the region%s begins within another", folder, name)
			open, lines = strings.TrimSpace(name), 0
			require.NotEmpty(t, open, "%s: a region without a name", folder)
			names = append(names, open)
		case line == "// #endregion":
			require.NotEmpty(t, open, "%s: no region ends here", folder)
			assert.Positive(t, lines, "%s: nothing in the region %s", folder, open)
			open = ""
		case strings.HasPrefix(line, "// #"):
			assert.Fail(t, "not a mark of a region", "%s: %s", folder, line)
		case line != "":
			lines++
		}
	}
	require.Empty(t, open, "%s: this region does not end", folder)
	return names
}

// Every link in our own documents that stays within the checkout leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	var documents []string
	for _, pattern := range []string{"../*.md", "../docs/*.md", "../docs/*/*.md", "../tests/*/*.md"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		documents = append(documents, found...)
	}
	require.NotEmpty(t, documents)
	for _, document := range documents {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(found[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(document), target))
			assert.NoError(t, err, "%s: %s", document, found[0])
		}
	}
}

// link finds a link and its target.
var link = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
