package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTryRefuses(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"try", "lab try needs a MODEL"},
		{"try epol", `no model "epol" in`},
		{"try -local a epoll", "say with -base DIR where the committed service's binary is"},
		{"try -base a epoll", "say with -local DIR where the edited service's binaries are"},
		{"try -rounds 0 epoll", "-rounds 0: choose 1 to 100"},
		{"try -time 0 epoll", "-time 0: a factor is 0.05 to 100"},
		{"try -time NaN epoll", "a factor is 0.05 to 100"},
		{"try -seed x epoll", "seed"},
	} {
		status, _, stderr := lab(t, root, strings.Fields(c.args)...)
		assert.Equal(t, exitUsage, status, "lab %s\n%s", c.args, stderr)
		assert.Contains(t, stderr, c.want, "lab %s", c.args)
	}
	status, _, stderr := lab(t, root, "try", "epoll")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "committed.control can't be resolved")
	status, _, stderr = lab(t, root, "try", "-local", t.TempDir(), "-base", t.TempDir(), "epoll")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "folder of binaries: stat ")
}

// committedBinary is a folder with one model's binary in it.
func committedBinary(t *testing.T, from, program string) (dir string) {
	dir = t.TempDir()
	source, err := os.Open(filepath.Join(from, program))
	require.NoError(t, err)
	defer source.Close()
	copied, err := os.OpenFile(filepath.Join(dir, program), os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(copied, source)
	require.NoError(t, err)
	require.NoError(t, copied.Close())
	return dir
}

// tryIt compares a model with itself; args come before its name.
func tryIt(t *testing.T, bin, base string, args ...string) (status int, stdout, stderr string) {
	return lab(t, root, append([]string{"try", "-local", bin, "-base", base, "-rounds", "1", "-time", "0.1"}, args...)...)
}

func TestTryWithoutDocker(t *testing.T) {
	bin := binaries(t)
	for _, c := range []struct {
		program string
		args    []string
	}{
		{"epoll", []string{"epoll", "--", "-backlog", "100"}},
		{"polling", []string{"polling"}},
		{"socketserver", []string{"threadingserver"}},
	} {
		base := committedBinary(t, bin, c.program)
		status, out, stderr := tryIt(t, bin, base, c.args...)
		assert.Zero(t, status, "%v\n%s\n%s", c.args, out, stderr)
		assert.Contains(t, out, "yours keeps the contract: ")
		assert.Regexp(t, `(?m)^ `+c.args[0]+` +committed +yours +yours/committed$`, out)
		assert.Equal(t, 3, strings.Count(out, "too few rounds"), out)
		assertNothingRuns(t, bin)
		assertNothingRuns(t, base)
	}
}

func TestTryGivesFlagsToYoursAlone(t *testing.T) {
	bin := binaries(t)
	base := committedBinary(t, bin, "epoll")
	status, out, stderr := tryIt(t, bin, base, "epoll", "--", "-nonsense")
	assert.Equal(t, exitFailed, status, out)
	assert.Contains(t, stderr, "yours (epoll) has ended (died): exit status 2")
	assert.NotContains(t, stderr, "committed (epoll)")
	assertNothingRuns(t, bin)
	assertNothingRuns(t, base)
}

func TestInterruptedTryLeavesNothing(t *testing.T) {
	bin := binaries(t)
	base := committedBinary(t, bin, "epoll")
	cmd, out, errs := labCommand(t, root, "try", "-local", bin, "-base", base, "-rounds", "100", "epoll")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	require.Eventually(t, func() bool { return len(running(t, base)) == 2 }, time.Minute, time.Millisecond, "committed and its twin")
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	_ = cmd.Wait()
	assert.Equal(t, 130, cmd.ProcessState.ExitCode(), "%s\n%s", out, errs)
	assertNothingRuns(t, bin)
	assertNothingRuns(t, base)
}
