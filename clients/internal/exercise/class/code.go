package class

import (
	"fmt"
	"os"
	"path/filepath"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/building"
	"c10klab/clients/internal/exercise/finding"
)

// Code says what a folder is of, if it is of an exercise in which a program is written or mended; else ok is false. The error is
// about the submission.
func Code(dir string) (b Built, ok bool, err error) {
	if building.Is(dir) {
		b, err = codeBuilt(dir)
		return b, true, err
	}
	n, err := exercise.FolderNumber(dir)
	if err != nil {
		return b, false, nil
	}
	e, err := finding.Find(fmt.Sprint(n))
	if err != nil {
		return b, false, nil
	}
	b, err = codeFound(e, dir)
	return b, true, err
}

func codeBuilt(dir string) (b Built, err error) {
	f, err := building.Open(dir, "")
	if err != nil {
		return b, err
	}
	b = Built{Exercise: f.Exercise.ID(), Points: f.Exercise.Points(), Seed: f.Spec.Seed, Own: []string{filepath.Base(f.File())}}
	b.Released, err = released(func(to string) error {
		_, err := f.Exercise.Start(to, f.Spec.Seed, f.Lang)
		return err
	})
	return b, err
}

func codeFound(e finding.Exercise, dir string) (b Built, err error) {
	b = Built{Exercise: e.ID(), Points: finding.Points, Own: []string{finding.AnswersFile, finding.Source}}
	a, err := e.ReadAnswers(dir)
	if err != nil {
		return b, err
	}
	b.Who = a.Who
	if err := a.Complete(); err != nil {
		return b, err
	}
	b.Released, err = released(e.Start)
	return b, err
}

// released are the files that start lays.
func released(start func(dir string) error) (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "c10klab-released-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := start(dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return all, nil
}
