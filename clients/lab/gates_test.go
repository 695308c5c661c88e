package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
)

// A service that is labelled select, and is epoll: the real meter sees what it waits in.
func TestLyingLabelIsSeenInARun(t *testing.T) {
	bin, results := binaries(t), t.TempDir()
	text, err := os.ReadFile(filepath.Join(root, "compose.yaml"))
	require.NoError(t, err)
	lying := strings.Replace(string(text), "MODEL: select}", "MODEL: epoll}", 1)
	require.NotEqual(t, string(text), lying)
	file := filepath.Join(t.TempDir(), "compose.yaml")
	require.NoError(t, os.WriteFile(file, []byte(lying), 0o600))
	status, stdout, stderr := lab(t, root, "run", "-local", bin, "-compose", file, "-results", results,
		"-models", "select", "-experiments", "latency", "-rounds", "1", "-time", "0.1")
	require.Zero(t, status, stderr)
	folders, err := filepath.Glob(filepath.Join(results, "*"))
	require.NoError(t, err)
	require.Len(t, folders, 1)
	run, err := result.Read(folders[0])
	require.NoError(t, err)
	seen := 0
	for _, r := range run.Records {
		if r.Model != "select" {
			continue
		}
		seen++
		assert.Equal(t, result.Withheld, r.Outcome)
		assert.Contains(t, r.Reason, "select: it should wait in select and waits in epoll_pwait")
	}
	assert.Equal(t, 1, seen)
	assert.Contains(t, stdout, "it should wait in select")
}
