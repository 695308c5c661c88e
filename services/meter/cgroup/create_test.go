package cgroup

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// home is this process's group on the machine, or a skip where none can be made.
func home(t *testing.T) *Group {
	t.Helper()
	g, err := Find("/")
	if err != nil {
		t.Skipf("no cgroups here: %v", err)
	}
	return g
}

// unifiedOnly is a tree that shows this machine's v2 hierarchy alone, so that
// a machine with both has v2 tested as well.
func unifiedOnly(t *testing.T) *Group {
	t.Helper()
	b, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	for line := range bytes.Lines(b) {
		f := strings.Fields(string(line))
		if len(f) < 5 || !strings.Contains(string(line), " - cgroup2 ") {
			continue
		}
		root := t.TempDir()
		dir := filepath.Join(root, "proc/self")
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "mountinfo"), []byte("1 1 0:1 / /unified rw - cgroup2 cgroup2 rw\n"), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup"), []byte("0::/\n"), 0o644))
		require.NoError(t, os.Symlink(f[4], filepath.Join(root, "unified")))
		g, err := Find(root)
		require.NoError(t, err)
		return g
	}
	t.Skip("no cgroup v2 here")
	return nil
}

// TestSpawn starts a process in a group made for it, and finds it there, its time booked, and the group gone in the end.
func TestSpawn(t *testing.T) {
	for name, from := range map[string]func(*testing.T) *Group{"as the machine has it": home, "v2 alone": unifiedOnly} {
		t.Run(name, func(t *testing.T) {
			made, unmet, err := Make(from(t), "c10klab-test-"+strconv.Itoa(os.Getpid()), Limits{CPUs: "0", Memory: 64 << 20, PIDs: 50})
			if err != nil {
				t.Skipf("not permitted here: %v", err)
			}
			t.Cleanup(func() { _ = made.Remove() })
			t.Logf("limits that do not hold: %q", unmet)

			r, w, err := os.Pipe()
			require.NoError(t, err)
			t.Cleanup(func() { _, _ = r.Close(), w.Close() })
			cat, err := exec.LookPath("cat")
			require.NoError(t, err)
			attr := &syscall.ProcAttr{Files: []uintptr{r.Fd(), 1, 2}, Sys: &syscall.SysProcAttr{}}
			runtime.LockOSThread()
			t.Cleanup(runtime.UnlockOSThread)
			pid, err := made.Spawn(attr.Sys, func() (int, error) { return syscall.ForkExec(cat, []string{"cat"}, attr) })
			if err != nil {
				t.Skipf("not permitted here: %v", err)
			}
			t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL); _, _ = syscall.Wait4(pid, nil, 0, nil) })

			for _, path := range made.paths() {
				in, err := members(path)
				require.NoError(t, err)
				assert.Equal(t, []int{pid}, in, "in %s: the child, and nothing of its parent", path)
			}
			assert.Eventually(t, func() bool { // the child may not have run yet
				used, ok := made.CPU()
				return ok && used > 0
			}, 10*time.Second, time.Millisecond)
			if len(unmet) == 0 {
				n, ok := made.PIDLimit()
				assert.True(t, ok)
				assert.InDelta(t, 50, n, 0)
			}
			require.NoError(t, made.Remove())
			for _, path := range made.paths() {
				assert.NoDirExists(t, path)
			}
		})
	}
}

func TestMakeRefusesNames(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", "-x", "a b"} {
		_, _, err := Make(&Group{}, name, Limits{})
		assert.ErrorContains(t, err, "cgroup name", "%q", name)
	}
}

func TestMakeWithoutControllers(t *testing.T) {
	_, _, err := Make(&Group{dirs: map[string]dir{}}, "x", Limits{})
	assert.ErrorContains(t, err, "CPU time")
}

// In a tree of ordinary files nothing takes a limit: each is named.
func TestMakeNamesWhatDoesNotHold(t *testing.T) {
	root := t.TempDir()
	g := &Group{dirs: map[string]dir{Accounting: {path: root, top: root}}}
	made, unmet, err := Make(g, "x", Limits{CPUs: "0", Memory: 1 << 20, PIDs: 5})
	require.NoError(t, err)
	all := strings.Join(unmet, "\n")
	for _, what := range []string{"cpuset 0", "memory limit 1048576", "swap limit", "pids limit 5"} {
		assert.Contains(t, all, what)
	}
	require.NoError(t, made.Remove())
}
