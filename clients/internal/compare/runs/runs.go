// Package runs finds runs where people keep them: in the folder that a run left, in a folder of such folders, in
// an archive of either.
package runs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"c10klab/clients/internal/result"
)

// One returns the run that path names: its folder, or a folder or an archive that holds no other.
func One(path string) (result.Run, error) {
	found, problems, err := All(path)
	switch {
	case err != nil:
		return result.Run{}, err
	case len(found)+len(problems) > 1:
		return result.Run{}, fmt.Errorf("%s holds %d runs: name one of them, such as %s", path, len(found)+len(problems), last(found, path))
	case len(problems) > 0:
		return result.Run{}, problems[0]
	}
	return found[0], nil
}

// last is the newest run's folder: their names are times.
func last(found []result.Run, path string) string {
	if len(found) == 0 {
		return filepath.Join(path, "TIME")
	}
	return found[len(found)-1].Path
}

// All returns the runs that path names, by their folders' names; problems are those that can't be read.
func All(path string) (found []result.Run, problems []error, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading a run: %w", err)
	}
	if !info.IsDir() {
		return unpacked(path)
	}
	folders := []string{path}
	if _, err := os.Stat(filepath.Join(path, result.ManifestFile)); err != nil {
		folders, _ = filepath.Glob(filepath.Join(path, "*", result.ManifestFile)) // sorted
		for i := range folders {
			folders[i] = filepath.Dir(folders[i])
		}
	}
	if len(folders) == 0 {
		return nil, nil, fmt.Errorf("reading a run: %s holds no %s, nor does a folder in it", path, result.ManifestFile)
	}
	for _, folder := range folders {
		run, err := result.Read(folder)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		found = append(found, run)
	}
	return found, problems, nil
}

// unpacked reads an archive by way of a folder that is gone afterwards.
func unpacked(path string) (found []result.Run, problems []error, err error) {
	temporary, err := os.MkdirTemp("", "c10klab-runs-")
	if err != nil {
		return nil, nil, fmt.Errorf("unpacking %s: %w", path, err)
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	names, err := unpack(path, temporary)
	if err != nil {
		return nil, nil, fmt.Errorf("unpacking %s: %w", path, err)
	}
	if len(names) == 0 {
		return nil, nil, fmt.Errorf("reading a run: the archive %s holds no %s", path, result.ManifestFile)
	}
	for i, name := range names {
		run, err := result.Read(folder(temporary, i))
		if err != nil {
			// Its path is that of a folder which nobody will find.
			problems = append(problems, errors.New(strings.ReplaceAll(err.Error(), folder(temporary, i), filepath.Join(path, name))))
			continue
		}
		run.Path = filepath.Join(path, name)
		found = append(found, run)
	}
	slices.SortFunc(found, func(a, b result.Run) int { return a.Manifest.Started.Compare(b.Manifest.Started) })
	return found, problems, nil
}
