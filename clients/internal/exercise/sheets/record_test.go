package sheets

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/probe"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

var (
	record = flag.String("record", "", "the folder of a run, to be kept in testdata")
	of     = flag.Int("of", 0, "the number of the exercise that it is for; 0: the one whose run it is")
)

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
	require.True(t, run.Manifest.Complete, "%s was interrupted", *record)
	if *of == 0 {
		require.NotNil(t, run.Manifest.Exercise, "%s is no run of an exercise: -of NN", *record)
		*of = run.Manifest.Exercise.Number
	}
	e, err := Find(fmt.Sprint(*of))
	require.NoError(t, err)
	run = part(run, e.Plan)
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

// part is what the exercise's own run would have of a larger one.
func part(run result.Run, p exercise.Plan) result.Run {
	run.Manifest.Plan.Experiments = p.Experiments
	run.Manifest.Services = slices.DeleteFunc(run.Manifest.Services, func(s result.Participant) bool { return !takesPart(s.Name, p) })
	run.Records = slices.DeleteFunc(run.Records, func(r result.Record) bool {
		e, err := experiment.Find(r.Experiment)
		asked := err == nil && slices.Contains(p.Experiments, r.Experiment)
		planted := r.Experiment == result.Spike
		return !planted && !asked || asked && e.Bare == nil && !takesPart(r.Model, p)
	})
	return run
}

func takesPart(model string, p exercise.Plan) bool {
	return model == "" || model == target.Reference || slices.Contains(p.Models, model)
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
