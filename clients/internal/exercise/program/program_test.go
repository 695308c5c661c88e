package program

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module writes a module of one file, and returns where its binary shall lie.
func module(t *testing.T, text string) (dir, out string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module student\n\ngo 1.22\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(text), 0o644))
	return dir, filepath.Join(t.TempDir(), "program")
}

func TestBuildSaysTheLine(t *testing.T) {
	dir, out := module(t, "package main\n\nfunc main() {\n\tnowhere()\n\tnobody()\n}\n")
	var refused *BuildError
	require.ErrorAs(t, Build(t.Context(), dir, out), &refused)
	assert.Equal(t, Refusal{"main.go", 4, "undefined: nowhere"}, refused.Refusals[0])
	assert.EqualError(t, refused, "it doesn't compile: main.go, line 4: undefined: nowhere (and 1 more)")
}

func TestBuildAsksNoNetwork(t *testing.T) {
	dir, out := module(t, "package main\n\nimport _ \"example.com/far/away\"\n\nfunc main() {}\n")
	var refused *BuildError
	require.ErrorAs(t, Build(t.Context(), dir, out), &refused)
	assert.Equal(t, 3, refused.Refusals[0].Line)
	assert.Contains(t, refused.Error(), "example.com/far/away")
}

func TestBuildWithoutAProgram(t *testing.T) {
	assert.Error(t, Build(t.Context(), t.TempDir(), filepath.Join(t.TempDir(), "program")))
}

// start starts a shell that does this; nobody listens at the address.
func start(t *testing.T, script string) error {
	t.Helper()
	address, err := FreeAddress()
	require.NoError(t, err)
	_, err = Start(t.Context(), Command{Path: "sh", Args: []string{"-c", script}}, address)
	return err
}

func TestStartTellsHowItEnded(t *testing.T) {
	assert.ErrorContains(t, start(t, "echo no such option >&2; exit 3"), `: exit status 3; it printed "no such option"`)
	assert.ErrorContains(t, start(t, "kill -SEGV $$"), "killed by SIGSEGV; it printed nothing")
	assert.ErrorContains(t, start(t, "echo 'panic: at once'; echo; echo 'goroutine 1'; exit 2"), `it printed "panic: at once"`)
}

// running starts a program that listens, and becomes a shell that does this.
func running(t *testing.T, script string) *Process {
	t.Helper()
	dir, out := module(t, `package main

import (
	"net"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	l, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		panic(err)
	}
	defer l.Close()
	f, _ := l.(*net.TCPListener).File()
	_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, f.Fd(), syscall.F_SETFD, 0)
	sh, _ := exec.LookPath("sh")
	panic(syscall.Exec(sh, []string{"sh", "-c", os.Args[2]}, os.Environ()))
}
`)
	require.NoError(t, Build(t.Context(), dir, out))
	address, err := FreeAddress()
	require.NoError(t, err)
	p, err := Start(t.Context(), Command{Path: out, Args: []string{address, script}}, address)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return p
}

func TestStop(t *testing.T) {
	p := running(t, "exec sleep 60")
	require.NoError(t, p.End())
	require.NoError(t, p.Stop(time.Minute))
	assert.ErrorContains(t, p.End(), "killed by SIGTERM")
}

func TestStopOneThatIgnoresIt(t *testing.T) {
	p := running(t, "trap '' TERM; echo ready; while :; do sleep 1; done")
	require.Eventually(t, func() bool { return strings.Contains(p.Said(), "ready") }, time.Minute, time.Millisecond)
	assert.ErrorIs(t, p.Stop(50*time.Millisecond), ErrIgnores)
	assert.ErrorContains(t, p.End(), "killed by SIGKILL")
}

func TestPrintingForEver(t *testing.T) {
	p := running(t, "while :; do echo again and again and again; done")
	require.Eventually(t, func() bool { return len(p.Said()) == kept }, time.Minute, time.Millisecond)
	p.Kill()
	assert.Len(t, p.Said(), kept)
}

func TestListens(t *testing.T) {
	const table = "  sl  local_address rem_address   st\n   0: 0100007F:1B5F 00000000:0000 0A 0\n   1: 0100007F:1B60 0100007F:1B5F 01 0\n"
	assert.True(t, listens(table, ":1B5F"))
	assert.False(t, listens(table, ":1B60"), "connected, not listening")
	_, err := Listening("nowhere")
	assert.ErrorContains(t, err, `"nowhere" is no address`)
}
