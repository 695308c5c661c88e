package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkout is a repository of its own whose one commit is this tree as it stands.
type checkout struct {
	folder   string
	revision string // REV; empty: HEAD
}

func newCheckout(t *testing.T) checkout {
	t.Helper()
	c := checkout{folder: filepath.Join(t.TempDir(), "C10K Lab")}
	for _, name := range []string{".ci", ".gitignore", "go.mod", "go.sum", "compose.yaml", "services", "clients", filepath.Join("docs", "labs")} {
		from, to := filepath.Join("..", name), filepath.Join(c.folder, name)
		if info, err := os.Stat(from); err == nil && info.IsDir() {
			require.NoError(t, os.MkdirAll(to, 0o755))
			require.NoError(t, os.CopyFS(to, os.DirFS(from)))
			continue
		}
		text, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(to, text, 0o644))
	}
	c.git(t, "init", "-q")
	c.git(t, "add", "-A")
	c.git(t, "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-qm", "as it stands")
	return c
}

func (c checkout) git(t *testing.T, args ...string) {
	t.Helper()
	git := exec.CommandContext(t.Context(), "git", args...)
	git.Dir = c.folder
	out, err := git.CombinedOutput()
	require.NoError(t, err, "git %v: %s", args, out)
}

// try runs .ci/try there, without Docker, for one short round, and returns its exit status and what it said.
func (c checkout) try(t *testing.T, args ...string) (status int, said string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(c.folder, ".ci", "try"), args...)
	cmd.Env = append(os.Environ(), "DOCKER=no", "REV="+c.revision, "ARGS=-rounds 1 -time 0.1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = patience
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	c.nothingRuns(t)
	return cmd.ProcessState.ExitCode(), out.String()
}

func (c checkout) nothingRuns(t *testing.T) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	require.NoError(t, err)
	for _, link := range links {
		program, err := os.Readlink(link)
		assert.False(t, err == nil && strings.HasPrefix(program, c.folder), "left behind: %s %s", link, program)
	}
}

// An edit beside what was committed: none, one that breaks the contract, and what can't be compared.
func TestTry(t *testing.T) {
	for _, program := range []string{"git", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("it needs %s: %v", program, err)
		}
	}
	c := newCheckout(t)
	t.Run("unchanged", func(t *testing.T) {
		status, said := c.try(t, "epoll")
		assert.Zero(t, status, said)
		assert.Contains(t, said, "the two binaries are the same, byte for byte")
		assert.Contains(t, said, "yours keeps the contract: ")
		assert.Regexp(t, `(?m)^ epoll +committed +yours +yours/committed$`, said)
		for _, row := range []string{"replies/s at 64", "CPU us/request at 64", "response us at 1"} {
			assert.Regexp(t, `(?m)^ `+row+` +[0-9,.]+ +[0-9,.]+ +[0-9.]+  [0-9.]+ to [0-9.]+  too few rounds$`, said)
		}
	})
	t.Run("refused", func(t *testing.T) {
		for _, args := range [][]string{nil, {"epol"}} {
			status, said := c.try(t, args...)
			assert.Equal(t, 1, status)
			assert.Contains(t, said, "iterative process prefork", "the models are listed")
		}
		elsewhere := checkout{c.folder, "nowhere"}
		status, said := elsewhere.try(t, "epoll")
		assert.Equal(t, 1, status)
		assert.Contains(t, said, `There is no revision "nowhere" in this repository`)
	})
	t.Run("breaks the contract", func(t *testing.T) {
		echo := filepath.Join(c.folder, "services", "internal", "session", "echo.go")
		text, err := os.ReadFile(echo)
		require.NoError(t, err)
		wrong := strings.Replace(string(text), "s.in, s.out = s.out, s.in", "s.in, s.out = s.out, s.in\n\t\ts.out.bytes()[0] ^= 1", 1)
		require.NotEqual(t, string(text), wrong)
		require.NoError(t, os.WriteFile(echo, []byte(wrong), 0o644))
		status, said := c.try(t, "epoll")
		assert.Equal(t, 1, status)
		assert.Contains(t, said, "yours breaks the contract, so it is not measured: echo/whole: ")
		assert.NotContains(t, said, "yours/committed")
	})
	t.Run("no repository", func(t *testing.T) {
		require.NoError(t, os.RemoveAll(filepath.Join(c.folder, ".git")))
		status, said := c.try(t, "epoll")
		assert.Equal(t, 1, status)
		assert.Contains(t, said, "repository")
		assert.NotContains(t, said, "built in")
	})
}
