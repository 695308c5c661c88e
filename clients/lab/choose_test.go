package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/museum"
)

// docs/choose.md tells people what to build. What it names must be there.

func choosePage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/choose.md")
	require.NoError(t, err)
	return string(text)
}

func TestChooseLinksLeadSomewhere(t *testing.T) {
	backed := 0
	for _, link := range regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`).FindAllStringSubmatch(choosePage(t), -1) {
		file, part, _ := strings.Cut(link[2], "#")
		assert.FileExists(t, filepath.Join("../../docs", file), link[0])
		if file != "claims.md" || part == "" {
			continue
		}
		backed++
		_, found := claims.Find(part)
		assert.True(t, found, "no claim %q: %s", part, link[0])
		assert.Equal(t, part, link[1], "a claim goes by its own name")
	}
	assert.Greater(t, backed, 20)
}

func TestChooseSpeaksOfEveryModel(t *testing.T) {
	text := choosePage(t)
	for _, name := range models.Names() {
		assert.Regexp(t, `\b`+name+`\b`, text)
	}
}

// Each row of its table is backed by a claim.
func TestChooseBacksItsAdvice(t *testing.T) {
	_, table, found := strings.Cut(choosePage(t), "| --- | --- |")
	require.True(t, found)
	rows := regexp.MustCompile(`(?m)^\| .*$`).FindAllString(table, -1)
	assert.Greater(t, len(rows), 5)
	for _, row := range rows {
		assert.Contains(t, row, "](claims.md#", row)
	}
}

// Its commands are ones that the lab takes; none is run.
func TestChooseCommandsAreTaken(t *testing.T) {
	_, block, found := strings.Cut(choosePage(t), "```\n")
	require.True(t, found)
	block, _, _ = strings.Cut(block, "```")
	runs := 0
	for line := range strings.Lines(block) {
		words, _, _ := strings.Cut(line, "#")
		args := strings.Fields(words)
		require.Equal(t, "lab", args[0], line)
		root := command()
		for _, sub := range root.Commands {
			sub.Action = func(ctx context.Context, c *cli.Command) error {
				if c.Name != "run" {
					return nil
				}
				runs++
				_, err := parseRun(ctx, c)
				return err
			}
		}
		if args[1] == "run" {
			args = append(args, "-compose", "../../compose.yaml")
		}
		assert.NoError(t, root.Run(t.Context(), args), line)
	}
	assert.Greater(t, runs, 5)
	for _, name := range regexp.MustCompile("`lab museum ([a-z-]+)`").FindAllStringSubmatch(choosePage(t), -1) {
		_, err := museum.Find(name[1])
		assert.NoError(t, err)
	}
}
