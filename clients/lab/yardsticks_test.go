package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

func TestYardsticksTakePartWhereTheyAreBuilt(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "c-epoll"), nil, 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "c-fork"), 0o755))
	list := []target.Service{{Name: "c-fork", Program: "c-fork"}, {Name: "c-epoll", Program: "c-epoll"}, {Name: "c-thread", Program: "c-thread"}}
	built := builtYardsticks(dir, list)
	require.Len(t, built, 1)
	assert.Equal(t, "c-epoll", built[0].Name)
	assert.Len(t, list, 3)
	assert.Equal(t, "c-fork", list[0].Name, "the list is left as it was")
}

func TestYardsticksWithoutANameAreNotUp(t *testing.T) {
	assert.Empty(t, yardsticksUp(t.Context(), []target.Service{{Name: "there.is.none.invalid"}}))
}

func TestListShowsYardsticksApart(t *testing.T) {
	up := &protocol.Health{State: protocol.Serving}
	list := []listed{
		listedAs(target.Service{Name: "epoll", Model: "epoll", Family: "readiness", Title: "epoll"}),
		listedAs(target.Service{Name: "c-thread", Model: "c-thread", Yardstick: "thread", Family: "yardstick", Title: "in C"}),
	}
	list[1].Health, list[1].State = up, up.State
	var b strings.Builder
	tell(&b, list)
	assert.Regexp(t, `(?s)readiness.* epoll .*\nyardsticks in C *\n c-thread +in C +read per client +serving`, b.String())

	status, out, _ := lab(t, root, "list")
	assert.Zero(t, status)
	assert.NotContains(t, out, "c-thread", "none is up here")
}

func TestVerifyYardsticks(t *testing.T) {
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip("there is no C compiler on this machine, so there are no yardsticks")
	}
	meter := filepath.Join(binaries(t), "meter")
	dir := t.TempDir()
	require.NoError(t, os.Symlink(meter, filepath.Join(dir, "meter")))
	status, _, stderr := lab(t, root, "verify", "-local", dir, "c-thread")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "c-thread is not up: a yardstick runs where it is asked for")

	out, err := exec.CommandContext(t.Context(), filepath.Join(root, "tests/yardstick/build"), dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	status, verified, stderr := lab(t, root, "verify", "-local", dir, "c-thread", "c-iterative")
	assert.Zero(t, status, "%s\n%s", verified, stderr)
	assert.Regexp(t, `(?m)^pass +c-thread +echo/`, verified)
	assert.Regexp(t, `(?m)^declared +c-iterative +echo/`, verified, "it is one of those that serve one client at a time")
	assertNothingRuns(t, dir)
}
