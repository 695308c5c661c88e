package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/sheets"
	"c10klab/clients/internal/progress"
	"c10klab/clients/internal/report"
)

func exerciseCommand() *cli.Command {
	c := &cli.Command{
		Name:  "exercise",
		Usage: "predict what a run will say, make it, and see who was right",
		Description: "Each exercise has a sheet (docs/labs) with questions that are answered before anything runs. Its run\n" +
			"is an ordinary run of the lab, of the experiments and models that the questions are about; grade sets\n" +
			"each answer beside what this machine measured. What a gate withheld, or noise hides, counts neither way.\n\n" +
			"DIR is the exercise's folder: the current one if it has an " + exercise.AnswersFile + ", else the only one in " + workFolder + "/.\n\n" +
			"Examples:\n" +
			"  lab exercise show 02         the sheet\n" +
			"  lab exercise start 02        lays " + workFolder + "/02-one-at-a-time: answer its " + exercise.AnswersFile + "\n" +
			"  lab exercise run             refuses while a question is unanswered\n" +
			"  lab exercise grade           exit status 3: too little is decided on this machine\n" +
			"  lab exercise pack            the one file that is handed in",
		Commands: []*cli.Command{
			{Name: "list", Usage: "list the exercises", ArgsUsage: " ", Action: listExercises},
			{Name: "show", Usage: "print a sheet", ArgsUsage: "NN", Action: showExercise},
			{Name: "start", Usage: "lay the folder of an exercise", ArgsUsage: "NN [DIR]", Action: startExercise},
			exerciseRunCommand(), exerciseHintCommand(), exerciseWatchCommand(), exerciseGradeCommand(), exercisePackCommand(),
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return usagef("no command %q: choose from list, show, start, run, hint, watch, grade, pack", c.Args().First())
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
	for _, sub := range c.Commands {
		sub.OnUsageError = func(_ context.Context, _ *cli.Command, err error, _ bool) error { return &usageError{err} }
	}
	return c
}

// workFolder is where start lays exercises that were given no folder.
const workFolder = "work"

func listExercises(_ context.Context, c *cli.Command) error {
	if c.Args().Present() {
		return usagef("lab exercise list takes no arguments, and got %q", c.Args().First())
	}
	list, err := sheets.All()
	if err != nil {
		return err
	}
	var rows []table.Row
	for _, e := range list {
		takes, err := e.Plan.Estimate()
		if err != nil {
			return err
		}
		rows = append(rows, table.Row{fmt.Sprintf("%02d", e.Number), e.Title, strings.Join(e.Plan.Experiments, ", "), e.Points(), progress.Short(takes)})
	}
	report.Table(os.Stdout, table.Row{"", "exercise", "experiments", "points", "run"}, rows, 4)
	return nil
}

func showExercise(_ context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usagef("lab exercise show takes one exercise, such as 02, and got %d", c.Args().Len())
	}
	e, err := sheets.Find(c.Args().First())
	if err != nil {
		return &usageError{err}
	}
	_, err = fmt.Print(e.Text)
	return err
}

func startExercise(_ context.Context, c *cli.Command) error {
	if n := c.Args().Len(); n < 1 || n > 2 {
		return usagef("lab exercise start takes an exercise, such as 02, and a folder, and got %d arguments", n)
	}
	e, err := sheets.Find(c.Args().First())
	if err != nil {
		return &usageError{err}
	}
	dir := c.Args().Get(1)
	if dir == "" {
		dir = filepath.Join(workFolder, e.ID())
	}
	if err := e.Start(dir); err != nil {
		return err
	}
	answers := filepath.Join(dir, exercise.AnswersFile)
	if err := errors.Join(give(dir), give(answers)); err != nil {
		return err
	}
	fmt.Printf("The sheet: docs/labs/%s (or: lab exercise show %02d)\nAnswer: %s\nThen: lab exercise run %s\n", e.File, e.Number, answers, dir)
	return nil
}

// opened is an exercise's folder, with what it is of and what was answered.
type opened struct {
	exercise.Exercise
	dir     string
	answers exercise.Answers
}

// openExercise finds the folder that a command is about, and reads its answers.
func openExercise(c *cli.Command) (o opened, err error) {
	if c.Args().Len() > 1 {
		return o, usagef("lab exercise %s takes one folder, and got %q", c.Name, c.Args().Slice())
	}
	if o.dir = c.Args().First(); o.dir == "" {
		if o.dir, err = exerciseFolder(); err != nil {
			return o, err
		}
	}
	n, err := exercise.FolderNumber(o.dir)
	if err != nil {
		return o, err
	}
	if o.Exercise, err = sheets.Find(fmt.Sprint(n)); err != nil {
		return o, fmt.Errorf("%s: %w", filepath.Join(o.dir, exercise.AnswersFile), err)
	}
	o.answers, err = exercise.ReadAnswers(o.dir, o.Sheet)
	return o, err
}

// complete says what is unanswered, with the file's name.
func (o opened) complete() error {
	if err := o.answers.Complete(o.Sheet); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(o.dir, exercise.AnswersFile), err)
	}
	return nil
}

// exerciseFolder is the one that is meant where none is named.
func exerciseFolder() (string, error) {
	if _, err := os.Stat(exercise.AnswersFile); !errors.Is(err, fs.ErrNotExist) {
		return ".", nil
	}
	found, _ := filepath.Glob(filepath.Join(workFolder, "*", exercise.AnswersFile))
	switch len(found) {
	case 1:
		return filepath.Dir(found[0]), nil
	case 0:
		return "", usagef("here is no %s, and none in %s/: lab exercise start NN lays one", exercise.AnswersFile, workFolder)
	}
	var dirs []string
	for _, f := range found {
		dirs = append(dirs, filepath.Dir(f))
	}
	return "", usagef("which exercise? Name its folder: %s", strings.Join(dirs, ", "))
}
