package sheets

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/probe"
	"c10klab/clients/internal/result"
)

var record = flag.String("record", "", "the folder of an exercise's run, to be kept in testdata")

// folder is where an exercise's recorded run and its solutions are.
func folder(e exercise.Exercise) string {
	return filepath.Join("testdata", fmt.Sprintf("%02d", e.Number))
}

// TestRecord keeps a run (see docs/labs/README.md): what is graded, without histograms, probes and what the machine is.
func TestRecord(t *testing.T) {
	if *record == "" {
		t.Skip("nothing is to be recorded: -record DIR")
	}
	run, err := result.Read(*record)
	require.NoError(t, err)
	require.NotNil(t, run.Manifest.Exercise, "%s is no run of an exercise", *record)
	require.True(t, run.Manifest.Complete, "%s was interrupted", *record)
	e, err := Find(fmt.Sprint(run.Manifest.Exercise.Number))
	require.NoError(t, err)
	f, err := result.Create(t.TempDir(), run.Manifest.Started)
	require.NoError(t, err)
	require.NoError(t, f.SaveManifest(lean(run.Manifest)))
	for _, r := range run.Records {
		r.Probes, r.Contender.Histogram, r.Reference.Histogram = [2]*probe.Reading{}, "", ""
		require.NoError(t, f.Add(r))
	}
	require.NoError(t, f.Close())
	require.NoError(t, os.MkdirAll(folder(e), 0o755))
	for _, name := range []string{result.ManifestFile, result.LinesFile} {
		text, err := os.ReadFile(filepath.Join(f.Path, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder(e), name), text, 0o644))
	}
}

// lean is a manifest without what only its machine is.
func lean(m result.Manifest) result.Manifest {
	m.Machine, m.Images, m.Revision, m.TicksEnded = machine.Facts{}, nil, "", nil
	m.Thresholds.List, m.Plan.Order, m.Plan.Cells = nil, nil, nil
	for i := range m.Services {
		m.Services[i].Found, m.Services[i].Unheld = nil, nil
	}
	return m
}
