package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/sheets"
)

// exitUngradable: too little of an exercise is decided on this machine.
const exitUngradable = 3

func onlyFlag() cli.Flag {
	return &cli.StringFlag{Name: "only", Usage: "only the question of this `NAME`"}
}

func exerciseGradeCommand() *cli.Command {
	return &cli.Command{
		Name:      "grade",
		Usage:     "set each answer beside what was measured",
		ArgsUsage: "[DIR]",
		Description: "By the newest whole run in DIR/results, or by the results that -results names. The score is of those points that\n" +
			"the run decides; where that is less than 70 % the exercise can't be graded here: exit status 3. An answer that was\n" +
			"changed after the folder's first run scores nothing.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "results", Usage: "grade by the run in this `DIR`, or by the newest of the exercise folder DIR"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "the `NAME` of the format: " + strings.Join(exercise.Formats, ", ")},
			onlyFlag(),
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if f := c.String("format"); !slices.Contains(exercise.Formats, f) {
				return usagef("-format %q: choose from %s", f, strings.Join(exercise.Formats, ", "))
			}
			o, err := openExercise(c)
			if err != nil {
				return err
			}
			g, err := o.grade(runFolder(c.String("results")), c.String("only"))
			if err != nil {
				return err
			}
			return tellGrade(os.Stdout, g, c.String("format"))
		},
	}
}

// grade grades the folder by its own run or by reference.
func (o opened) grade(reference, only string) (exercise.Grade, error) {
	questions, err := o.Sole(only)
	if err != nil {
		return exercise.Grade{}, &usageError{err}
	}
	if len(o.answers.To) == 0 {
		return exercise.Grade{}, o.complete()
	}
	run, before, err := o.Latest(o.dir, reference)
	if err != nil {
		return exercise.Grade{}, err
	}
	return o.Grade(o.answers, run, before, questions), nil
}

// tellGrade prints a grade; in text, what comes next as well.
func tellGrade(out io.Writer, g exercise.Grade, format string) error {
	if err := g.Write(out, format); err != nil {
		return err
	}
	if !g.Gradable() {
		return exitError(exitUngradable)
	}
	if next, ok := sheets.Next(g.Exercise.Number); ok && format == "text" && g.Passed() {
		fmt.Fprintf(out, "Next: lab exercise start %02d (%s)\n", next.Number, next.Title)
	}
	return nil
}
