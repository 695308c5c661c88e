package exercise

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"c10klab/clients/internal/result"
)

// ResultsFolder is where an exercise's runs are, in its folder.
const ResultsFolder = "results"

// ErrNoRun says that an exercise has not been run yet.
var ErrNoRun = errors.New("no run yet")

// Runs are those of an exercise's folder, the oldest first. Runs of another exercise are an error.
func (e Exercise) Runs(dir string) ([]result.Run, error) {
	paths, err := filepath.Glob(filepath.Join(dir, ResultsFolder, "*", result.ManifestFile))
	if err != nil {
		return nil, err
	}
	var runs []result.Run
	for _, path := range paths {
		run, err := e.read(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	slices.SortStableFunc(runs, func(a, b result.Run) int { return a.Manifest.Started.Compare(b.Manifest.Started) })
	return runs, nil
}

// read reads one run, and says if it is of another exercise.
func (e Exercise) read(path string) (result.Run, error) {
	run, err := result.Read(path)
	if err != nil {
		return run, err
	}
	if x := run.Manifest.Exercise; x != nil && x.Number != e.Number {
		return run, fmt.Errorf("%s: these are results of exercise %d (%s), not of %d", path, x.Number, x.Name, e.Number)
	}
	for _, name := range e.Plan.Experiments {
		if !slices.Contains(run.Manifest.Plan.Experiments, name) {
			return run, fmt.Errorf("%s: this run has no experiment %s, which exercise %d needs (it has %s)",
				path, name, e.Number, strings.Join(run.Manifest.Plan.Experiments, ", "))
		}
	}
	return run, nil
}

// Latest is the run that grades: that of reference if one is named, else the folder's newest whole one. before is what had been
// answered before the first of the folder's runs, whole or not; nil: there was none.
func (e Exercise) Latest(dir, reference string) (run result.Run, before *result.Exercise, err error) {
	runs, err := e.Runs(dir)
	if err != nil {
		return run, nil, err
	}
	for _, r := range runs {
		if before == nil {
			before = r.Manifest.Exercise
		}
		if r.Manifest.Complete {
			run = r
		}
	}
	switch {
	case reference != "":
		run, err = e.Reference(reference)
	case len(runs) == 0:
		err = fmt.Errorf("%s: %w: lab exercise run %s", dir, ErrNoRun, dir)
	case run.Path == "":
		err = fmt.Errorf("%s was interrupted, and no run of this folder is whole: lab exercise run %s makes it again", runs[len(runs)-1].Path, dir)
	}
	return run, before, err
}

// Reference is a run that a teacher grades by: its folder, or that of the exercise in which it was made.
func (e Exercise) Reference(path string) (result.Run, error) {
	run, err := e.read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return run, err
	}
	runs, other := e.Runs(path)
	if other != nil || len(runs) == 0 {
		return run, errors.Join(other, err)
	}
	return runs[len(runs)-1], nil
}
