package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/building"
	"c10klab/docs/labs"
)

// startBuilding lays the skeleton of a building exercise.
func startBuilding(e building.Exercise, dir, seed, lang string) error {
	l, err := e.Lang(lang)
	if err != nil {
		return &usageError{err}
	}
	seed = cmp.Or(seed, ownSeed())
	if _, err := building.Draw(e.Name, seed); err != nil {
		return &usageError{err}
	}
	dir = cmp.Or(dir, filepath.Join(workFolder, e.ID()))
	f, err := e.Start(dir, seed, l)
	if err != nil {
		return err
	}
	if err := giveAll(dir); err != nil {
		return err
	}
	fmt.Printf("Your protocol is drawn from the seed %q (another: -seed). It stands in %s\nWrite: %s\nThen: %s exercise grade %s\n",
		seed, filepath.Join(dir, "README.md"), f.File(), typed(), dir)
	return nil
}

// ownSeed is the name of whoever asks.
func ownSeed() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "student"
}

// giveAll gives a folder and the files in it to whoever asked with sudo.
func giveAll(dir string) error {
	if err := give(dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := give(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// built is a folder in which a server is built.
type built struct{ building.Folder }

func (b built) name() labs.Sheet {
	return labs.Sheet{Number: b.Exercise.Number, Name: b.Exercise.Name}
}
func (b built) who() string     { return b.Spec.Seed }
func (b built) files() []string { return []string{b.File()} }
func (b built) learnt() string  { return b.Exercise.Learnt }

func (b built) hints() (all []hint) {
	for _, c := range b.Exercise.Cases() {
		all = append(all, hint{c.Name, b.Exercise.Hints(c.Name)})
	}
	return all
}

func (b built) grade(ctx context.Context, c gradeOptions) (exercise.Marks, func(io.Writer) error, error) {
	model := ""
	if own := ownFolder(); own != "" {
		model = filepath.Join(own, b.Exercise.Model)
	}
	g, err := b.Grade(ctx, building.Options{Only: c.only, Repeat: c.repeat, Draw: c.draw, Model: model})
	if err != nil {
		return exercise.Marks{}, nil, err
	}
	m := exercise.Marks{Exercise: g.Exercise, Name: g.Name, Who: g.Seed, Note: fmt.Sprintf("Seed %q, %s; what was said was drawn from %d.", g.Seed, g.Lang, g.Draw)}
	states := map[building.State]exercise.State{building.Passed: exercise.Right, building.Failed: exercise.Wrong, building.Undecided: exercise.NoVerdict}
	for _, r := range g.Cases {
		right := 0
		if r.State == building.Passed {
			right = r.Points
		}
		m.Add(exercise.Mark{ID: r.Case, Question: r.Title, State: states[r.State], Right: right, Points: r.Points, Why: r.Words, Look: r.Repeat})
	}
	text := func(out io.Writer) error {
		if err := g.WriteText(out); err != nil {
			return err
		}
		return b.draw(out, g)
	}
	return m, text, nil
}

// draw leaves the time line of each case that failed in the folder, and takes those of an earlier grade away.
func (b built) draw(out io.Writer, g building.Grade) error {
	var drawn []string
	for _, r := range g.Cases {
		path := filepath.Join(b.Dir, "failed-"+r.Case+".svg")
		svg := ""
		if r.State == building.Failed {
			svg = r.Timeline()
		}
		if svg == "" {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				return err
			}
			continue
		}
		if err := os.WriteFile(path, []byte(svg), 0o644); err != nil {
			return err
		}
		if err := give(path); err != nil {
			return err
		}
		drawn = append(drawn, path)
	}
	if len(drawn) > 0 {
		fmt.Fprintf(out, "Who waited for whom, drawn: %s\n", strings.Join(drawn, ", "))
	}
	return nil
}
