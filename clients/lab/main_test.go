package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
)

// asLab makes the test binary behave as lab itself, so that what is tested is
// the program with its exit status.
const asLab = "C10KLAB_TEST_AS_LAB"

func TestMain(m *testing.M) {
	if os.Getenv(asLab) != "" {
		main()
	}
	var err error
	if bin, err = os.MkdirTemp("", "c10klab-test-"); err != nil {
		panic(err)
	}
	status := m.Run()
	_ = os.RemoveAll(bin)
	os.Exit(status)
}

// lab runs the program in dir and returns its exit status and what it said.
func lab(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	cmd, out, errs := labCommand(t, dir, args...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func labCommand(t *testing.T, dir string, args ...string) (cmd *exec.Cmd, out, errs *bytes.Buffer) {
	program, err := os.Executable()
	require.NoError(t, err)
	cmd = exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), asLab+"=1")
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, errs
	return cmd, out, errs
}

const root = "../.."

func TestBadCommandLines(t *testing.T) {
	unlabelled := filepath.Join(t.TempDir(), "compose.yaml")
	require.NoError(t, os.WriteFile(unlabelled, []byte("services: {a: {image: a}}"), 0o600))
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"nonsense", 2, `no command "nonsense": choose from run, verify, list, report, claims`},
		{"run -nonsense", 2, "nonsense"},
		{"run epoll", 2, `lab run takes no arguments, and got "epoll"`},
		{"run -rounds 0", 2, "-rounds 0: choose 1 to 100"},
		{"run -rounds many", 2, "many"},
		{"run -time 0", 2, "a factor is 0.05 to 100"},
		{"run -time NaN", 2, "a factor is 0.05 to 100"},
		{"run -time soon", 2, "want a factor such as 0.5, or a duration such as 60s"},
		{"run -time -5s", 2, "want a factor such as 0.5, or a duration such as 60s"},
		{"run -seed x", 2, "want a number from 0"},
		{"run -plan slow", 2, `no plan "slow": choose from quick`},
		{"run -experiments herd,hurd", 2, `no experiment "hurd": choose from latency, throughput, thousand, herd, memory`},
		{"run -models epol", 2, `no model "epol" in`},
		{"run -compose /nowhere.yaml", 1, "/nowhere.yaml: there is no such file"},
		{"run -compose " + unlabelled, 1, unlabelled + ": no service is labelled lab.model"},
		{"run", 1, "can't be resolved, so this is no container of the lab's networks"},
		{"verify", 2, "lab verify needs a TARGET"},
		{"verify epol", 2, `no model "epol"`},
		{"verify -app chat epoll", 2, `no application "chat"`},
		{"verify -case ( epoll", 2, "pattern of cases"},
		{"verify -case zzz epoll", 2, `matches "zzz"`},
		{"verify tcp://localhost:7007", 2, "say which with -app"},
		{"verify -app echo tcp://localhost", 2, "want tcp://host:port"},
		{"verify epoll", 1, "can't be resolved"},
		{"verify c-epoll", 1, "c-epoll is not up: a yardstick runs where it is asked for"},
		{"verify -app menu c-epoll", 2, "c-epoll speaks echo, and none of what -app names"},
		{"list epoll", 2, "lab list takes no arguments"},
	} {
		status, _, stderr := lab(t, root, strings.Fields(c.args)...)
		assert.Equal(t, c.status, status, "lab %s\n%s", c.args, stderr)
		assert.Contains(t, stderr, c.want, "lab %s", c.args)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), "lab %s: one line\n%s", c.args, stderr)
	}
}

func TestListShowsEveryModelOfTheComposeFile(t *testing.T) {
	status, out, stderr := lab(t, root, "list", "-json")
	require.Zero(t, status, stderr)
	names := map[string]string{}
	for line := range strings.Lines(out) {
		var m struct{ Name, Title string }
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		names[m.Name] = m.Title
	}
	assert.Contains(t, names, "epoll")
	assert.NotContains(t, names, "epoll-twin")
	status, out, _ = lab(t, root, "list")
	assert.Zero(t, status)
	for name, title := range names {
		assert.Contains(t, out, name)
		assert.Contains(t, out, title)
	}
}

func TestListSaysWhatEachModelWaitsIn(t *testing.T) {
	_, out, _ := lab(t, root, "list")
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, len(strings.TrimRight(line, "\n")), 120, line)
	}
	assert.Contains(t, out, "\nblocking\n")
	assert.Regexp(t, `(?m)^ crew +.* read per client, 2 futex per client$`, out)
	assert.Regexp(t, `(?m)^ forkingserver +.* read per client$`, out)
}

func TestVersionAndHelp(t *testing.T) {
	status, out, _ := lab(t, root, "-version")
	assert.Zero(t, status)
	assert.Contains(t, out, "lab version ")
	status, out, _ = lab(t, root, "run", "-help")
	assert.Zero(t, status)
	assert.Contains(t, out, "lab run -local bin")
	assert.Contains(t, out, " -rounds N")
	assert.NotContains(t, out, "--rounds")
}

// echo serves echo with a goroutine for each connection.
func echo(t *testing.T) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 4096)
				for {
					n, err := c.Read(buf)
					if err != nil {
						return
					}
					if _, err := c.Write(buf[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "tcp://" + l.Addr().String()
}

func TestVerifyAnyAddress(t *testing.T) {
	address := echo(t)
	status, out, stderr := lab(t, t.TempDir(), "verify", "-app", "echo", "-case", "two-clients|next-client", address)
	assert.Zero(t, status, stderr)
	assert.Regexp(t, `(?m)^pass +tcp://\S+ +echo/two-clients `, out)
	status, out, stderr = lab(t, t.TempDir(), "verify", "-json", "-app", "menu", "-case", "menu/exit$", address)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "1 case failed")
	var r struct{ Target, Case, Outcome string }
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	assert.Equal(t, "fail", r.Outcome)
	assert.Equal(t, address, r.Target)
}

// binaries builds the meter and all services, once for all tests, with the flags of the images and of make lab.
func binaries(t *testing.T) string {
	if testing.Short() {
		t.Skip("it builds the services")
	}
	require.NoError(t, build(), "go build")
	return bin
}

// bin is where binaries builds; TestMain makes it and takes it away.
var bin string

var build = sync.OnceValue(func() error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", bin+"/", "./services/...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
})

func TestRunWithoutDocker(t *testing.T) {
	bin, results := binaries(t), t.TempDir()
	status, out, stderr := lab(t, root, "run", "-local", bin, "-results", results, "-rounds", "1", "-time", "0.2",
		"-experiments", "latency,throughput", "-models", "iterative,forkingserver,polling", "-seed", "5")
	require.Zero(t, status, "%s\n%s", out, stderr)
	assert.Contains(t, out, "1 of 64")
	assert.Contains(t, out, "Results: "+results)
	folders, err := filepath.Glob(results + "/*")
	require.NoError(t, err)
	require.Len(t, folders, 1)
	run, err := result.Read(folders[0])
	require.NoError(t, err)
	assert.True(t, run.Manifest.Complete)
	assert.Len(t, run.Records, 2*(3+2)+1, "and one with a known effect")
	for _, r := range run.Records {
		assert.NotEqual(t, result.Failed, r.Outcome, r.Reason)
		if r.Model == "forkingserver" && r.Contender.Waits != nil {
			assert.Equal(t, r.Connections+1, r.Contender.Waits.Processes, "its arguments outlive the restarts")
		}
	}
	assertNothingRuns(t, bin)
}

func TestInterruptedRunWithoutDocker(t *testing.T) {
	bin, results := binaries(t), t.TempDir()
	cmd, out, errs := labCommand(t, root, "run", "-local", bin, "-results", results, "-experiments", "latency", "-models", "thread", "-rounds", "100")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	require.Eventually(t, func() bool {
		lines, _ := filepath.Glob(results + "/*/" + result.LinesFile)
		if len(lines) == 0 {
			return false
		}
		text, _ := os.ReadFile(lines[0])
		return bytes.Count(text, []byte("\n")) >= 2
	}, time.Minute, 10*time.Millisecond, "two records")
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	_ = cmd.Wait()
	assert.Equal(t, 130, cmd.ProcessState.ExitCode(), "%s\n%s", out, errs)
	assert.Contains(t, out.String(), "The run was interrupted: this is what it had.")
	assert.Equal(t, "lab: interrupt: stopped; what was measured is kept\n", errs.String())
	assertNothingRuns(t, bin)
}

func TestKilledLabLeavesNothingRunning(t *testing.T) {
	bin := binaries(t)
	cmd, _, _ := labCommand(t, root, "run", "-local", bin, "-results", t.TempDir(), "-models", "thread", "-rounds", "100")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(running(t, bin)) >= 6 }, time.Minute, 10*time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	assertNothingRuns(t, bin)
}

func TestRunWithoutBinaries(t *testing.T) {
	status, _, stderr := lab(t, root, "run", "-local", t.TempDir(), "-results", t.TempDir())
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "lab: folder of binaries: stat ")
}

func TestVerifyWithoutDocker(t *testing.T) {
	bin := binaries(t)
	status, out, stderr := lab(t, root, "verify", "-local", bin, "-app", "menu", "epoll")
	assert.Zero(t, status, "%s\n%s", out, stderr)
	assert.Contains(t, out, "menu/exit")
	assertNothingRuns(t, bin)
}

// running lists the processes whose program lies in dir.
func running(t *testing.T, dir string) (found []string) {
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	require.NoError(t, err)
	for _, l := range links {
		if program, err := os.Readlink(l); err == nil && strings.HasPrefix(program, dir+"/") {
			found = append(found, fmt.Sprintf("%s %s", l, program))
		}
	}
	return found
}

func assertNothingRuns(t *testing.T, dir string) {
	assert.Eventually(t, func() bool { return len(running(t, dir)) == 0 }, time.Minute, 20*time.Millisecond,
		"%v", running(t, dir))
}
