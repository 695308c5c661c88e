package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/museum"
)

func TestMuseumLists(t *testing.T) {
	status, out, stderr := lab(t, t.TempDir(), "museum")
	assert.Zero(t, status, stderr)
	for _, e := range museum.All() {
		assert.Regexp(t, `(?m)^  `+e.Name+` +`+e.Title+`$`, out)
	}
}

func TestMuseumShows(t *testing.T) {
	status, out, stderr := lab(t, t.TempDir(), "museum", "-seed", "7", "-time", "400ms", "best-of-n")
	require.Zero(t, status, stderr)
	assert.True(t, strings.HasPrefix(out, "best-of-n: the best of N runs\n"), out)
	assert.Regexp(t, `(?m)^  wrong \S+ replies/s: the best of 30 runs$`, out)
	assert.Regexp(t, `(?m)^  right \S+ replies/s: their median`, out)
	assert.Contains(t, out, "\n  Drawn with -seed 7.\n")
}

func TestMuseumIsInterrupted(t *testing.T) {
	cmd, _, errs := labCommand(t, t.TempDir(), "museum", "-time", "10s", "mean")
	cmd.Stdout = nil
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	first := make([]byte, len("mean: "))
	_, err = stdout.Read(first) // it has begun, and minds signals
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait()
	assert.Equal(t, 130, cmd.ProcessState.ExitCode(), "%s", errs)
	assert.Contains(t, errs.String(), "lab: interrupt: stopped")
}

func TestMuseumRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"museum omission":          `no exhibit "omission": choose from coordinated-omission, keep-alive, quota,`,
		"museum mean nagle":        "shows one exhibit",
		"museum -seed 1":           "need the NAME of one",
		"museum -time 1s":          "need the NAME of one",
		"museum -seed 1 mean":      "nothing is drawn at random in mean",
		"museum -seed x best-of-n": "want a number from 0",
		"museum -time 1ms mean":    "-time 1ms: choose 20ms to 10s",
		"museum -time 1h mean":     "choose 20ms to 10s",
		"museum -time soon mean":   "soon",
		"museum -nonsense":         "nonsense",
	} {
		status, out, stderr := lab(t, t.TempDir(), strings.Fields(args)...)
		assert.Equal(t, 2, status, args)
		assert.Contains(t, stderr, want, args)
		assert.NotContains(t, out, "wrong", args)
	}
}
