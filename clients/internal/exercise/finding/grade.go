package finding

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"c10klab/clients/internal/exercise/program"
)

// Points of the three parts.
const (
	pointsCase   = 1
	pointsLine   = 2
	pointsMended = 3
)

// Points is what every exercise here is worth.
const Points = pointsCase + pointsLine + pointsMended

// Item is one part of what is asked, and what became of it.
type Item struct {
	Name   string // case, line or mended
	Answer string
	Right  bool
	Points int    // that it is worth; all of them, or none
	Why    string // one line
}

// Grade is what one folder is worth. Nothing in it depends on how fast the machine is.
type Grade struct {
	Exercise Exercise
	Who      string
	Items    []Item
	Failed   []Failed // the conformance cases that fail with what was handed in
}

// Earned is how many points were earned; Points is how many there are.
func (g Grade) Earned() int { return g.sum(func(i Item) bool { return i.Right }) }

// Points is how many points there are.
func (g Grade) Points() int { return g.sum(func(Item) bool { return true }) }

func (g Grade) sum(counts func(Item) bool) (n int) {
	for _, i := range g.Items {
		if counts(i) {
			n += i.Points
		}
	}
	return n
}

// Passed says that the server is mended, and that it is known what was wrong: all points.
func (g Grade) Passed() bool { return g.Earned() == g.Points() }

// Grade grades a folder. Answers that are damaged or missing are an error of one line; a program that doesn't compile or fails
// a case costs its points.
func (e Exercise) Grade(ctx context.Context, dir string) (Grade, error) {
	a, err := e.ReadAnswers(dir)
	if err != nil {
		return Grade{}, err
	}
	if err := a.Complete(); err != nil {
		return Grade{}, fmt.Errorf("%s: %w", filepath.Join(dir, AnswersFile), err)
	}
	g := Grade{Exercise: e, Who: a.Who, Items: []Item{e.gradeCase(a), e.gradeLine(a)}}
	mended, failed, err := e.gradeMended(ctx, dir)
	if err != nil {
		return Grade{}, err
	}
	g.Items, g.Failed = append(g.Items, mended), failed
	return g, nil
}

func (e Exercise) gradeCase(a Answers) Item {
	i := Item{Name: "case", Answer: a.Case, Points: pointsCase, Right: slices.Contains(e.Cases, a.Case)}
	i.Why = "this case fails because of the fault"
	if !i.Right {
		i.Why = "this case passes with the fault in it, or fails for no reason that is in the program"
	}
	return i
}

func (e Exercise) gradeLine(a Answers) Item {
	v := e.variant()
	i := Item{Name: "line", Answer: fmt.Sprint(a.Line), Points: pointsLine, Right: v.first <= a.Line && a.Line <= v.last}
	i.Why = e.Why
	if !i.Right {
		i.Why = fmt.Sprintf("line %d of %s as you got it is not the cause", a.Line, Source)
	}
	return i
}

// gradeMended builds what was handed in, and puts all cases to it.
func (e Exercise) gradeMended(ctx context.Context, dir string) (Item, []Failed, error) {
	i := Item{Name: "mended", Answer: Source, Points: pointsMended}
	source, err := os.ReadFile(filepath.Join(dir, Source))
	if err != nil {
		return i, nil, fmt.Errorf("no program can be read: %w", err)
	}
	if string(source) == e.variant().source {
		i.Answer, i.Why = "unchanged", Source+" is as you got it"
		return i, nil, nil
	}
	binary, done, err := Build(ctx, dir)
	defer done()
	var refused *program.BuildError
	if errors.As(err, &refused) {
		i.Answer, i.Why = "refused by the compiler", refused.Error()
		return i, nil, nil
	}
	if err != nil {
		return i, nil, err
	}
	failed, err := Verify(ctx, binary)
	if ctx.Err() != nil {
		return i, nil, ctx.Err()
	}
	if err != nil {
		i.Answer, i.Why = "doesn't serve", err.Error()
		return i, nil, nil
	}
	i.Right = len(failed) == 0
	i.Why = "all cases of echo pass"
	if !i.Right {
		i.Why = fmt.Sprintf("%s: %s", failed[0].Case, failed[0].Reason)
		if n := len(failed) - 1; n > 0 {
			i.Why += fmt.Sprintf(" (and %d more: %s)", n, names(failed[1:]))
		}
	}
	return i, failed, nil
}

func names(failed []Failed) string {
	var all []string
	for _, f := range failed {
		all = append(all, f.Case)
	}
	return strings.Join(all, ", ")
}
