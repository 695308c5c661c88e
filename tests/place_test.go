package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// place is a folder like a checkout in which all has been built, and a user who may write there.
type place struct {
	folder string
	user   *syscall.Credential // nil: the one that the test runs as
}

// binaries is where build builds; TestMain makes the folder and takes it away.
var binaries string

// build builds the services and the lab, with the flags that the images have, once for all places: go build links anew
// whatever is not where it shall be.
var build = sync.OnceValue(func() error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binaries+"/", "./services/...", "./clients/lab")
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the services and the lab: %w: %s", err, out)
	}
	return nil
})

// newPlace copies the binaries there: a test may put something else in one's place.
func newPlace(t *testing.T) place {
	t.Helper()
	root, err := os.MkdirTemp("", "c10klab-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(root)) })
	require.NoError(t, os.Chmod(root, 0o755))
	p := place{folder: filepath.Join(root, "C10K Lab")}
	require.NoError(t, os.MkdirAll(p.results(), 0o755))
	require.NoError(t, build())
	require.NoError(t, os.CopyFS(filepath.Join(p.folder, "bin"), os.DirFS(binaries)))
	list, err := os.ReadFile(composeFile)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "compose.yaml"), list, 0o644))
	if os.Getuid() == 0 {
		p.user = &syscall.Credential{Uid: 65533, Gid: 65533}
		require.NoError(t, os.Chown(p.results(), 65533, 65533))
	}
	return p
}

func (p place) results() string { return filepath.Join(p.folder, "results") }

// process is a lab that runs there.
type process struct {
	*exec.Cmd
	out, errors bytes.Buffer
}

// lab prepares the lab's command. It has a process group of its own, and ends with the test.
func (p place) lab(t *testing.T, args ...string) *process {
	t.Helper()
	c := &process{Cmd: exec.CommandContext(t.Context(), filepath.Join(p.folder, "bin", "lab"), args...)}
	c.Dir = p.folder
	c.Env = append(os.Environ(), "HOME="+p.folder)
	c.Stdout, c.Stderr = &c.out, &c.errors
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: p.user}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }
	c.WaitDelay = patience
	t.Cleanup(func() {
		if c.Process != nil {
			_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		}
	})
	return c
}

// begin starts it; what it returns is closed when it has ended.
func (c *process) begin(t *testing.T) (ended <-chan struct{}) {
	t.Helper()
	require.NoError(t, c.Start())
	over := make(chan struct{})
	go func() { defer close(over); _ = c.Wait() }()
	return over
}

// measured returns when the first result has been written.
func (p place) measured(t *testing.T, lab *process, ended <-chan struct{}) {
	t.Helper()
	eventually(t, func() string {
		select {
		case <-ended:
			require.FailNow(t, "the lab has ended early", "%s", lab.output())
		default:
		}
		found, _ := filepath.Glob(filepath.Join(p.results(), "*", "results.jsonl"))
		for _, path := range found {
			if text, _ := os.ReadFile(path); bytes.ContainsRune(text, '\n') {
				return ""
			}
		}
		return "nothing is measured yet"
	})
}

func (c *process) output() string { return c.errors.String() + c.out.String() }

// nothingRuns says that no process runs any of the place's binaries any more.
func (p place) nothingRuns(t *testing.T) {
	t.Helper()
	for pid, program := range p.running(t) {
		assert.Fail(t, "a process was left behind", "%d: %s", pid, program)
	}
}

// running finds the processes that run the place's binaries, and which.
func (p place) running(t *testing.T) map[int]string {
	t.Helper()
	found := map[int]string{}
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	require.NoError(t, err)
	for _, link := range links {
		program, err := os.Readlink(link)
		name, here := strings.CutPrefix(program, filepath.Join(p.folder, "bin")+"/")
		if err != nil || !here {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		require.NoError(t, err)
		found[pid] = name
	}
	return found
}
