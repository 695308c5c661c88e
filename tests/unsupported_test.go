package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// noRing is a seccomp profile that forbids what the proactor is made of, as the
// profiles of recent engines do.
const noRing = `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["io_uring_setup"],"action":"SCMP_ACT_ERRNO","errnoRet":1}]}`

// Where io_uring is forbidden the service says so in one line and ends with a
// status of its own; the meter stays, and names the reason to whoever asks.
func TestUnsupported(t *testing.T) {
	needDocker(t)
	s := project(t).Services["proactor"]
	r := startUnder(t, s, func(h *container.HostConfig) {
		limits(t, s)(h)
		h.SecurityOpt = []string{"no-new-privileges:true", "seccomp=" + noRing}
	})
	health := r.state(t)
	assert.Equal(t, protocol.Unsupported, health.State)
	assert.Contains(t, health.Message, "io_uring")
	assert.NotContains(t, health.Message, "\n")
	if assert.NotNil(t, health.Exit) {
		assert.Equal(t, protocol.ExitUnsupported, health.Exit.Status)
		assert.Contains(t, health.Exit.LastLog, "unsupported here: ")
	}
	log := r.log(t)
	assert.Equal(t, 1, strings.Count("\n"+log, "\nproactor: unsupported here: "), log)
	assert.NotContains(t, log, "goroutine ", "a panic is no message")

	state, err := r.container.State(t.Context())
	require.NoError(t, err)
	assert.True(t, state.Running, "the meter answers for it")
	chat := r.client(t, "hi\n", "chat", s.Name, "echo")
	assert.NotZero(t, chat.status)
	assert.Contains(t, chat.errors, "io_uring")
}

// A run goes on without a model that can't run here: its row says why, and that is no failure.
func TestLocalUnsupported(t *testing.T) {
	p := newPlace(t)
	const why = "unsupported here: io_uring blocked by this test"
	refusing := []byte("#!/bin/sh\necho proactor: " + why + " >&2\nexit 69\n")
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "bin", "proactor"), refusing, 0o755))
	lab := p.lab(t, "run", "-local", "bin", "-experiments", "latency", "-rounds", "1", "-models", "proactor,iterative")
	require.NoError(t, lab.Run(), "%s", lab.output())
	t.Log(lab.output())
	assert.Regexp(t, `(?m)^.*\bproactor\b.*`+why, lab.out.String(), "its row")
	p.nothingRuns(t)
	m, lines := readRun(t, p.results())
	assert.True(t, m.Complete)
	assert.Empty(t, m.Absent)
	for _, s := range m.Services {
		if s.Name == "proactor" {
			assert.Contains(t, s.Unsupported, "io_uring blocked by this test")
		} else {
			assert.Empty(t, s.Unsupported, s.Name)
		}
	}
	require.NotEmpty(t, lines)
	for _, o := range lines {
		checkSound(t, o)
		assert.NotEqual(t, "proactor", o.Model)
	}
}
