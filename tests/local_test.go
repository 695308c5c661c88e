package tests

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The comparison without Docker: what make lab runs, as an ordinary user, in a
// folder whose name has a space in it.
func TestLocal(t *testing.T) {
	p := newPlace(t)
	lab := p.lab(t, "run", "-local", "bin", "-experiments", "latency,throughput", "-rounds", "1")
	require.NoError(t, lab.Run(), "%s", lab.output())
	t.Log(lab.output())
	p.nothingRuns(t)
	m, lines := readRun(t, p.results())
	checkComplete(t, m, lines, "latency", "throughput")
	checkOwner(t, p.results())
	for _, s := range models(t) {
		assert.Contains(t, lab.output(), s.Name, "the table has a row for each model")
	}
}

// Ctrl-C in mid-run keeps what is measured so far, and leaves no process.
func TestLocalInterrupted(t *testing.T) {
	p := newPlace(t)
	lab := p.lab(t, "run", "-local", "bin", "-experiments", "latency", "-models", "thread,goroutine", "-rounds", "50")
	ended := lab.begin(t)
	p.measured(t, lab, ended)
	require.NoError(t, syscall.Kill(-lab.Process.Pid, syscall.SIGINT)) // to the whole group, as a terminal does
	<-ended
	t.Log(lab.output())
	assert.Equal(t, 130, lab.ProcessState.ExitCode())
	p.nothingRuns(t)
	m, lines := readRun(t, p.results())
	assert.False(t, m.Complete)
	assert.NotEmpty(t, lines)
	for _, o := range lines {
		checkSound(t, o)
	}
}
