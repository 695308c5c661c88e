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
	"c10klab/clients/internal/exercise/building"
	"c10klab/clients/internal/exercise/finding"
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
			"In the exercises from 21 on a server is built, or a fault found and mended: there is no run before grade, which builds\n" +
			"the program and puts it to its cases.\n\n" +
			"DIR is the exercise's folder: the current one if it is one, else the only one in " + workFolder + "/.\n\n" +
			"Examples:\n" +
			"  lab exercise show 02         the sheet\n" +
			"  lab exercise start 02        lays " + workFolder + "/02-one-at-a-time: answer its " + exercise.AnswersFile + "\n" +
			"  lab exercise run             refuses while a question is unanswered\n" +
			"  lab exercise grade           exit status 3: too little is decided on this machine\n" +
			"  lab exercise pack            the one file that is handed in\n" +
			"  lab exercise start -lang c 23    a loop over epoll, to be written in C",
		Commands: []*cli.Command{
			{Name: "list", Usage: "list the exercises", ArgsUsage: " ", Action: listExercises},
			{Name: "show", Usage: "print a sheet", ArgsUsage: "NN", Flags: programFlags(), Action: showExercise},
			{Name: "start", Usage: "lay the folder of an exercise", ArgsUsage: "NN [DIR]", Flags: programFlags(), Action: startExercise},
			exerciseRunCommand(), exerciseHintCommand(), exerciseWatchCommand(), exerciseGradeCommand(), exerciseGradeAllCommand(), exerciseGradeOneCommand(), exercisePackCommand(),
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return usagef("no command %q: choose from list, show, start, run, hint, watch, grade, grade-all, pack", c.Args().First())
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
	for _, sub := range c.Commands {
		sub.OnUsageError = func(_ context.Context, _ *cli.Command, err error, _ bool) error { return &usageError{err} }
	}
	return c
}

// findSheet is the exercise with predictions that is meant, once it is none with a program.
func findSheet(which string) (exercise.Exercise, error) {
	e, err := sheets.Find(which)
	if err == nil {
		return e, nil
	}
	var programs []string
	for _, b := range building.List() {
		programs = append(programs, b.ID())
	}
	for _, f := range finding.List() {
		programs = append(programs, f.ID())
	}
	return e, usagef("%w, %s", err, strings.Join(programs, ", "))
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
	add := func(number int, title, kind, of string, points int, takes string) {
		rows = append(rows, table.Row{fmt.Sprintf("%02d", number), title, kind, of, points, takes})
	}
	for _, e := range list {
		takes, err := e.Plan.Estimate()
		if err != nil {
			return err
		}
		add(e.Number, e.Title, "predict", strings.Join(e.Plan.Experiments, ", "), e.Points(), progress.Short(takes))
	}
	for _, e := range building.List() {
		var langs []string
		for _, l := range e.Langs {
			langs = append(langs, string(l))
		}
		add(e.Number, e.Title, "build", strings.Join(langs, ", "), e.Points(), "")
	}
	for _, e := range finding.List() {
		add(e.Number, e.Title, "find", "go", finding.Points, "")
	}
	report.Table(os.Stdout, table.Row{"", "exercise", "kind", "experiments, or languages", "points", "run"}, rows, 5)
	return nil
}

func showExercise(_ context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usagef("lab exercise show takes one exercise, such as 02, and got %d", c.Args().Len())
	}
	which, seed, lang := c.Args().First(), c.String("seed"), c.String("lang")
	if text, ok, err := programText(which, seed, lang); ok || err != nil {
		fmt.Print(text)
		return err
	}
	e, err := findSheet(which)
	if err != nil {
		return err
	}
	if seed != "" || lang != "" {
		return noPrograms(e.Number)
	}
	_, err = fmt.Print(e.Text)
	return err
}

func startExercise(_ context.Context, c *cli.Command) error {
	if n := c.Args().Len(); n < 1 || n > 2 {
		return usagef("lab exercise start takes an exercise, such as 02, and a folder, and got %d arguments", n)
	}
	which, dir, seed, lang := c.Args().First(), c.Args().Get(1), c.String("seed"), c.String("lang")
	if ok, err := startProgram(which, dir, seed, lang); ok {
		return err
	}
	e, err := findSheet(which)
	if err != nil {
		return err
	}
	if seed != "" || lang != "" {
		return noPrograms(e.Number)
	}
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
	fmt.Printf("The sheet: docs/labs/%s (or: lab exercise show %02d)\nAnswer: %s\nThen: %s exercise run %s\n", e.File, e.Number, answers, typed(), dir)
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
	if building.Is(".") {
		return ".", nil
	}
	found, _ := filepath.Glob(filepath.Join(workFolder, "*", exercise.AnswersFile))
	programs, _ := filepath.Glob(filepath.Join(workFolder, "*", building.FolderFile))
	found = append(found, programs...)
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
