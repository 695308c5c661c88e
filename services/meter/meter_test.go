package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/meter/proc"
	"c10klab/services/protocol"
)

func TestServes(t *testing.T) {
	s := start(t, "serve")
	h := s.becomes(protocol.Serving)
	assert.Equal(t, []string{"echo", "count", "menu", "page", "work", "wait"}, h.Apps)
	assert.Equal(t, s.ports, h.Ports)
	assert.Positive(t, h.PID)
	assert.Nil(t, h.Exit)
	assert.Zero(t, h.Lease)
	require.NoError(t, s.echoes(protocol.Echo, 1))
}

func TestCheck(t *testing.T) {
	s := start(t, "serve")
	s.becomes(protocol.Serving)
	check := launch(t, "-check", "-listen", s.listen)
	assert.Zero(t, check.status())
	assert.Equal(t, "serving\n", check.out.String())

	sick := start(t, "die")
	sick.becomes(protocol.Died)
	check = launch(t, "-check", "-listen", sick.listen)
	assert.Equal(t, 1, check.status())
	assert.Equal(t, "died\n", check.out.String())
	assert.Contains(t, check.err.String(), "fake: nothing works")

	check = launch(t, "-check", "-listen", at(freePorts(t, 1)[0]))
	assert.Equal(t, 1, check.status())
	assert.Contains(t, check.err.String(), "connection refused")
}

func TestEndsAsTheServiceEnded(t *testing.T) {
	for behaviour, want := range map[string]int{"serve": 0, "status": 7} {
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
			s := start(t, behaviour)
			s.becomes(protocol.Serving)
			s.signal(sig)
			assert.Equal(t, want, s.status())
			assert.Contains(t, s.err.String(), "fake: asked to end", "the signal was passed on")
		}
	}
}

func TestSecondSignalKills(t *testing.T) {
	s := start(t, "stubborn")
	s.becomes(protocol.Serving)
	s.signal(syscall.SIGTERM)
	s.signal(syscall.SIGINT)
	assert.Equal(t, 128+int(syscall.SIGKILL), s.status())
	assert.Contains(t, s.err.String(), "second time")
}

func TestServiceDoesNotOutliveAKilledMeter(t *testing.T) {
	s := start(t, "stubborn")
	h := s.becomes(protocol.Serving)
	require.NoError(t, s.cmd.Process.Kill())
	s.until("the service is gone", func() bool {
		p, err := proc.FS("/proc").Process(h.PID)
		return err != nil || p.Zombie()
	})
}

func TestDeathIsAnsweredFor(t *testing.T) {
	s := start(t, "die")
	h := s.becomes(protocol.Died)
	code, _ := s.health()
	assert.Equal(t, http.StatusServiceUnavailable, code)
	assert.Equal(t, &protocol.Exit{Status: 3, LastLog: "fake: nothing works"}, h.Exit)
	assert.Contains(t, s.err.String(), "meter: the service ended unasked: exit status 3")
	assert.Zero(t, s.value(s.metrics(""), protocol.MetricUp))
	var w protocol.Waits
	assert.Equal(t, http.StatusOK, s.get("/waits", &w))
	assert.Zero(t, w.Threads)
	code, h = s.post("/signal?name=STOP")
	assert.Equal(t, http.StatusConflict, code)
	assert.Contains(t, h.Message, "does not run")
	s.signal(syscall.SIGTERM)
	assert.Equal(t, 3, s.status())
}

func TestDeathBySignal(t *testing.T) {
	s := start(t, "crash")
	h := s.becomes(protocol.Died)
	require.NotNil(t, h.Exit)
	assert.Equal(t, -1, h.Exit.Status)
	assert.Equal(t, "SIGKILL", h.Exit.Signal)
	assert.False(t, h.Exit.OutOfMemory)
	s.signal(syscall.SIGTERM)
	assert.Equal(t, 137, s.status())
}

func TestUnsupported(t *testing.T) {
	s := start(t, "unsupported")
	h := s.becomes(protocol.Unsupported)
	code, _ := s.health()
	assert.Equal(t, http.StatusServiceUnavailable, code)
	assert.Equal(t, "fake: no such mechanism here", h.Message)
}

func TestStartingUntilItListens(t *testing.T) {
	s := start(t, "deaf")
	code, h := s.health()
	assert.Equal(t, http.StatusServiceUnavailable, code)
	assert.Equal(t, protocol.Starting, h.State)
	assert.Contains(t, h.Message, "does not listen on echo")
}

func TestOccupied(t *testing.T) {
	s := start(t, "mute")
	s.becomes(protocol.Occupied)
	code, _ := s.health()
	assert.Equal(t, http.StatusOK, code)
}

func TestLogPassesThrough(t *testing.T) {
	s := start(t, "chatty")
	s.becomes(protocol.Serving)
	s.signal(syscall.SIGTERM)
	require.Zero(t, s.status())
	out := s.out.String()
	assert.Equal(t, 20_000, strings.Count(out, strings.Repeat("x", 99)+"\n"), "every line, whole")
	assert.Equal(t, 1<<20, strings.Count(out, "y"), "and one that is too long, in pieces")
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, len(line), 16<<10)
	}
}

func TestOrphansAreReaped(t *testing.T) {
	s := start(t, "orphan")
	s.becomes(protocol.Serving)
	s.until("nothing but the service is left", func() bool {
		found, err := proc.FS("/proc").Descendants(s.cmd.Process.Pid)
		return err == nil && len(found) == 1 && !found[0].Zombie()
	})
}

func TestChildrenEndWithTheService(t *testing.T) {
	s := start(t, "family")
	s.becomes(protocol.Serving)
	before, err := proc.FS("/proc").Descendants(s.cmd.Process.Pid)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(before), 3)
	assert.GreaterOrEqual(t, s.value(s.metrics(""), protocol.MetricProcesses), 3.0)
	s.signal(syscall.SIGTERM)
	require.Zero(t, s.status())
	for _, p := range before {
		after, err := proc.FS("/proc").Process(p.PID)
		assert.True(t, err != nil || after.Zombie() || after.Parent != p.Parent && after.Name != p.Name, "%v lives on", p)
	}
}

func TestChildrenThatOutliveTheirParent(t *testing.T) {
	s := start(t, "parent")
	s.becomes(protocol.Died)
	assert.GreaterOrEqual(t, s.value(s.metrics(""), protocol.MetricProcesses), 1.0)
	code, _ := s.post("/stop")
	assert.Equal(t, http.StatusOK, code)
	assert.Zero(t, s.value(s.metrics(""), protocol.MetricProcesses))
}

func TestCommandNotFound(t *testing.T) {
	listen := at(freePorts(t, 1)[0])
	s := launch(t, "-listen", listen, filepath.Join(t.TempDir(), "nothing"))
	assert.Equal(t, 127, s.status())
	assert.Contains(t, s.err.String(), "no such file or directory")
	s = launch(t, "-listen", listen, "c10klab-no-such-command")
	assert.Equal(t, 127, s.status())
	plain := filepath.Join(t.TempDir(), "plain")
	require.NoError(t, os.WriteFile(plain, []byte("no program"), 0o755))
	s = launch(t, "-listen", listen, plain)
	assert.Equal(t, 126, s.status())
	assert.Contains(t, s.err.String(), "exec format error")
}

func TestAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", at(0))
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	s := launch(t, "-listen", l.Addr().String(), "true")
	assert.Equal(t, 1, s.status())
	assert.Contains(t, s.err.String(), l.Addr().String())
	assert.Contains(t, s.err.String(), "address already in use")
}
