package main

import (
	"context"
	"io"
	"path/filepath"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/finding"
	"c10klab/docs/labs"
)

// found is a folder with a fault that is to be found and mended.
type found struct {
	finding.Exercise
	answers finding.Answers
	dir     string
}

func (f found) name() labs.Sheet { return labs.Sheet{Number: f.Number, Name: f.Name} }
func (f found) who() string      { return f.answers.Who }
func (f found) hints() []hint    { return []hint{{"", f.Hints}} }
func (f found) learnt() string   { return f.Why }

func (f found) files() []string {
	return []string{filepath.Join(f.dir, finding.AnswersFile), filepath.Join(f.dir, finding.Source)}
}

func (f found) grade(ctx context.Context, c gradeOptions) (exercise.Marks, func(io.Writer) error, error) {
	if c.repeat > 1 || c.draw != 0 {
		return exercise.Marks{}, nil, usagef("exercise %d is graded by the conformance suite, which has no -repeat and no -draw", f.Number)
	}
	g, err := f.Grade(ctx, f.dir)
	if err != nil {
		return exercise.Marks{}, nil, err
	}
	m := exercise.Marks{Exercise: f.Number, Name: f.Name, Who: g.Who}
	for _, i := range g.Items {
		if c.only != "" && i.Name != c.only {
			continue
		}
		one := exercise.Mark{ID: i.Name, Question: i.Name, Answer: i.Answer, State: exercise.Wrong, Points: i.Points, Why: i.Why}
		if i.Right {
			one.State, one.Right = exercise.Right, i.Points
		}
		m.Add(one)
	}
	if len(m.Questions) == 0 {
		return m, nil, usagef("exercise %d has no part %q: choose from case, line, mended", f.Number, c.only)
	}
	return m, func(out io.Writer) error { return g.Write(out, c.only == "") }, nil
}
