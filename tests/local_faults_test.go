package tests

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What can't be done is one clear line, a status of its own, and nothing left running.
func TestLocalRefuses(t *testing.T) {
	p := newPlace(t)
	readOnly := filepath.Join(p.folder, "read only")
	require.NoError(t, os.Mkdir(readOnly, 0o555)) // of root, if the test is
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "no labels.yaml"), []byte("services: {web: {image: web}}\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "broken.yaml"), []byte("services: [\n"), 0o644))
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"no such flag":             {[]string{"run", "-nonsense"}, 2, "nonsense"},
		"no such experiment":       {[]string{"run", "-local", "bin", "-experiments", "nonsense"}, 2, "nonsense"},
		"no such command":          {[]string{"nonsense"}, 2, "nonsense"},
		"no such folder":           {[]string{"run", "-local", "nowhere"}, 1, "nowhere"},
		"no such compose file":     {[]string{"run", "-local", "bin", "-compose", "nowhere.yaml"}, 1, "nowhere.yaml"},
		"no labelled services":     {[]string{"run", "-local", "bin", "-compose", "no labels.yaml"}, 1, "no labels.yaml"},
		"a compose file that's no": {[]string{"run", "-local", "bin", "-compose", "broken.yaml"}, 1, "broken.yaml"},
		"results that can't be":    {[]string{"run", "-local", "bin", "-experiments", "latency", "-results", readOnly}, 1, "read only"},
	} {
		t.Run(name, func(t *testing.T) {
			lab := p.lab(t, c.args...)
			_ = lab.Run()
			assert.Equal(t, c.status, lab.ProcessState.ExitCode(), "%s", lab.output())
			assert.Contains(t, lab.errors.String(), c.says)
			assert.NotContains(t, lab.errors.String(), "goroutine ")
			p.nothingRuns(t)
		})
	}
}

// A service that dies in mid-trial fails that trial, which says how it ended; the run goes on.
func TestLocalServiceDies(t *testing.T) {
	p := newPlace(t)
	lab := p.lab(t, "run", "-local", "bin", "-experiments", "throughput", "-models", "thread,goroutine", "-rounds", "2", "-time", "2")
	ended := lab.begin(t)
	p.measured(t, lab, ended)
	// A service runs while it is measured, and its turn may be most of two rounds away.
	within(t, 4*patience, func() string {
		select {
		case <-ended:
			require.FailNow(t, "the lab has ended, and thread was not measured meanwhile", "%s", lab.output())
		default:
		}
		for pid, program := range p.running(t) {
			if program == "thread" {
				require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
				return ""
			}
		}
		return "the service thread is not measured"
	})
	<-ended
	t.Log(lab.output())
	assert.Equal(t, 1, lab.ProcessState.ExitCode())
	p.nothingRuns(t)
	m, lines := readRun(t, p.results())
	assert.True(t, m.Complete)
	outcomes := map[string][]string{}
	for _, o := range lines {
		outcomes[o.Model] = append(outcomes[o.Model], o.Outcome)
		if o.Outcome == "failed" {
			assert.Equal(t, "thread", o.Model)
			assert.Contains(t, o.Reason, "SIGKILL")
		}
	}
	assert.Contains(t, outcomes["thread"], "failed")
	assert.Contains(t, slices.Collect(maps.Keys(outcomes)), "goroutine")
}

// A service that never comes up is named, with the reason; the others are measured.
func TestLocalServiceNeverComesUp(t *testing.T) {
	p := newPlace(t)
	broken := []byte("#!/bin/sh\necho thread: no such luck >&2\nexit 3\n")
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "bin", "thread"), broken, 0o755))
	lab := p.lab(t, "run", "-local", "bin", "-experiments", "latency", "-models", "thread,goroutine", "-rounds", "1")
	_ = lab.Run()
	t.Log(lab.output())
	assert.Equal(t, 1, lab.ProcessState.ExitCode())
	assert.Contains(t, lab.output(), "no such luck")
	p.nothingRuns(t)
	m, lines := readRun(t, p.results())
	require.Len(t, m.Absent, 1)
	assert.Contains(t, m.Absent[0], "thread")
	assert.NotEmpty(t, lines)
	for _, o := range lines {
		checkSound(t, o)
		assert.NotEqual(t, "thread", o.Model)
	}
}
