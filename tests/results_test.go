package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// outcome is one line of results.jsonl, as far as it is looked at here.
type outcome struct {
	Version    int    `json:"version"`
	Experiment string `json:"experiment"`
	Model      string `json:"model"`
	Outcome    string `json:"outcome"`
	Reason     string `json:"reason"`
	Contender  side   `json:"contender"`
	Reference  side   `json:"reference"`
}

// side is what one of the two services of a trial did.
type side struct {
	Service  string         `json:"service"`
	Requests uint64         `json:"requests"`
	Rate     float64        `json:"rate_per_s"`
	CPU      float64        `json:"cpu_us_per_request"`
	Errors   map[string]any `json:"errors"`
}

// manifest says under which conditions a run was made.
type manifest struct {
	Version  int       `json:"version"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	Complete bool      `json:"complete"`
	Plan     struct {
		Experiments []string `json:"experiments"`
		Rounds      int      `json:"rounds"`
		Seed        uint64   `json:"seed"`
	} `json:"plan"`
	Services []struct {
		Name        string             `json:"name"`
		Twin        bool               `json:"twin"`
		Found       map[string]float64 `json:"limits_found"`
		Unsupported string             `json:"unsupported"`
		Verified    struct {
			Passed int      `json:"passed"`
			Failed []string `json:"failed"`
		} `json:"verified"`
	} `json:"services"`
	Absent  []string `json:"absent"`
	Network string   `json:"network"`
	Machine struct {
		Kernel string `json:"kernel"`
		Cgroup string `json:"cgroup"`
	} `json:"machine"`
}

// readRun reads the one run that a results folder holds.
func readRun(t *testing.T, results string) (m manifest, lines []outcome) {
	t.Helper()
	runs, err := filepath.Glob(filepath.Join(results, "*", "manifest.json"))
	require.NoError(t, err)
	require.Len(t, runs, 1, "runs under %s", results)
	text, err := os.ReadFile(runs[0])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &m), "%s", text)
	text, err = os.ReadFile(filepath.Join(filepath.Dir(runs[0]), "results.jsonl"))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var o outcome
		require.NoError(t, json.Unmarshal([]byte(line), &o), line)
		lines = append(lines, o)
	}
	return m, lines
}

// checkComplete says that a run measured what its plan says, on every model, and no client met an error.
func checkComplete(t *testing.T, m manifest, lines []outcome, experiments ...string) {
	t.Helper()
	assert.True(t, m.Complete)
	assert.Equal(t, experiments, m.Plan.Experiments)
	assert.False(t, m.Started.IsZero())
	assert.True(t, m.Ended.After(m.Started))
	assert.Empty(t, m.Absent)
	assert.NotEmpty(t, m.Network)
	assert.NotEmpty(t, m.Machine.Kernel)
	assert.NotEmpty(t, m.Machine.Cgroup)
	var participants, expected []string
	unsupported := map[string]bool{}
	for _, s := range m.Services {
		participants = append(participants, s.Name)
		if unsupported[s.Name] = s.Unsupported != ""; unsupported[s.Name] {
			continue
		}
		assert.NotEmpty(t, s.Found, "%s: limits found from inside", s.Name)
		assert.Empty(t, s.Verified.Failed, s.Name)
		if !s.Twin { // a twin is its original once more
			assert.Positive(t, s.Verified.Passed, "%s: cases passed before it was measured", s.Name)
		}
	}
	for _, s := range services(t) {
		expected = append(expected, s.Name)
	}
	assert.ElementsMatch(t, expected, participants)

	cells := map[[2]string]int{}
	for _, o := range lines {
		checkSound(t, o)
		cells[[2]string{o.Model, o.Experiment}]++
	}
	for _, s := range models(t) {
		for _, e := range experiments {
			if unsupported[s.Name] {
				assert.Zero(t, cells[[2]string{s.Name, e}], "results of %s, which can't run here", s.Name)
				continue
			}
			assert.Positive(t, cells[[2]string{s.Labels[labelModel], e}], "results of %s in %s", s.Name, e)
		}
	}
}

// checkSound says that a line has figures, or a reason why not that is no failure. (A machine that
// is busy otherwise has figures withheld: that is what the gates are for.)
func checkSound(t *testing.T, o outcome) {
	t.Helper()
	what := o.Experiment + " " + o.Model
	assert.Contains(t, []string{"ok", "withheld", "declared", "bound"}, o.Outcome, "%s: %s", what, o.Reason)
	for _, s := range []side{o.Contender, o.Reference} {
		assert.Empty(t, s.Errors, "%s: %s", what, s.Service)
		if o.Outcome == "ok" {
			assert.Positive(t, s.Requests, "%s: %s", what, s.Service)
			assert.Positive(t, s.Rate, "%s: %s", what, s.Service)
			assert.Positive(t, s.CPU, "%s: %s", what, s.Service)
		}
	}
	if o.Outcome != "ok" {
		assert.NotEmpty(t, o.Reason, what)
	}
}

// checkOwner says that all that was written belongs to the owner of the results folder.
func checkOwner(t *testing.T, results string) {
	t.Helper()
	uid, gid := owner(t, results)
	err := filepath.WalkDir(results, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			u, g := owner(t, path)
			assert.Equal(t, []uint32{uid, gid}, []uint32{u, g}, path)
		}
		return err
	})
	require.NoError(t, err)
}

func owner(t *testing.T, path string) (uid, gid uint32) {
	t.Helper()
	info, err := os.Lstat(path)
	require.NoError(t, err)
	stat, ok := info.Sys().(*syscall.Stat_t)
	require.True(t, ok)
	return stat.Uid, stat.Gid
}
