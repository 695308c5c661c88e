package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/building"
	"c10klab/clients/internal/exercise/sheets"
)

// exitUngradable: too little of an exercise is decided on this machine.
const exitUngradable = 3

func onlyFlag() cli.Flag {
	return &cli.StringFlag{Name: "only", Usage: "only the question, or case, of this `NAME`"}
}

func exerciseGradeCommand() *cli.Command {
	return &cli.Command{
		Name:      "grade",
		Usage:     "set each answer beside what was measured",
		ArgsUsage: "[DIR]",
		Description: "By the newest whole run in DIR/results, or by the results that -results names. The score is of those points that\n" +
			"the run decides; where that is less than 70 % the exercise can't be graded here: exit status 3. An answer that was\n" +
			"changed after the folder's first run scores nothing.\n\n" +
			"A program that was built or mended is compiled and put to its cases, each in a process of its own, on this machine and\n" +
			"with nothing between the two: what somebody else wrote is for grade-all, which has a container for it.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "results", Usage: "grade by the run in this `DIR`, or by the newest of the exercise folder DIR"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "the `NAME` of the format: " + strings.Join(exercise.Formats, ", ")},
			onlyFlag(),
			&cli.IntFlag{Name: "repeat", Value: 1, Usage: "of a program: play each case `N` times, all must pass"},
			&cli.StringFlag{Name: "draw", Usage: "of a program: the `NUMBER` that what clients say is drawn from", DefaultText: "random"},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			if f := c.String("format"); !slices.Contains(exercise.Formats, f) {
				return usagef("-format %q: choose from %s", f, strings.Join(exercise.Formats, ", "))
			}
			if p, _, ok, err := programFolder(c); ok || err != nil {
				if err != nil {
					return err
				}
				options, err := programOptions(c)
				if err != nil {
					return err
				}
				return gradeProgram(ctx, os.Stdout, p, c.String("format"), options)
			}
			if c.IsSet("repeat") || c.IsSet("draw") {
				return usagef("-repeat and -draw are of programs: predictions are graded by what was measured")
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

// programOptions are grade's flags that are of programs.
func programOptions(c *cli.Command) (o gradeOptions, err error) {
	if c.IsSet("results") {
		return o, usagef("-results is of predictions: a program is graded by what it does here")
	}
	o.only, o.repeat = c.String("only"), int(c.Int("repeat"))
	if o.repeat < 1 || o.repeat > building.MostRepeat {
		return o, usagef("-repeat %d: choose 1 to %d", o.repeat, building.MostRepeat)
	}
	if s := c.String("draw"); s != "" {
		if o.draw, err = strconv.ParseUint(s, 10, 64); err != nil {
			return o, usagef("-draw %q: want a number from 0 to 2^64-1", s)
		}
	}
	return o, nil
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
