package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/exercise"
)

func exerciseHintCommand() *cli.Command {
	return &cli.Command{
		Name:        "hint",
		Usage:       "a hint for each question, or for the program, free of charge",
		ArgsUsage:   "[DIR]",
		Description: "Three for each question; the third is nearly the answer. After an exercise is passed all are shown.",
		Flags:       []cli.Flag{&cli.IntFlag{Name: "n", Value: 1, Usage: "hint `1`, 2 or 3"}, onlyFlag()},
		Action: func(_ context.Context, c *cli.Command) error {
			n := int(c.Int("n"))
			if n < 1 || n > exercise.Hints {
				return usagef("-n %d: there are hints 1 to %d", n, exercise.Hints)
			}
			if p, _, ok, err := programFolder(c); ok || err != nil {
				if err == nil {
					err = tellHints(os.Stdout, p, c.String("only"), n)
				}
				return err
			}
			o, err := openExercise(c)
			if err != nil {
				return err
			}
			questions, err := o.Sole(c.String("only"))
			if err != nil {
				return &usageError{err}
			}
			if g, err := o.grade("", ""); err == nil && g.Passed() {
				n = 0
			}
			o.WriteHints(os.Stdout, questions, n)
			return nil
		},
	}
}

func exerciseWatchCommand() *cli.Command {
	return &cli.Command{
		Name:      "watch",
		Usage:     "check and grade again whenever the answers, or the program, are saved, until Ctrl-C",
		ArgsUsage: "[DIR]",
		Action: func(ctx context.Context, c *cli.Command) error {
			if p, dir, ok, err := programFolder(c); ok || err != nil {
				if ok {
					watchProgram(ctx, p, dir)
				}
				return err
			}
			o, err := openExercise(c)
			if o.dir == "" || o.Number == 0 { // a folder of no exercise; what is wrong with answers may be put right
				return err
			}
			tick := time.NewTicker(exercise.Look)
			defer tick.Stop()
			answers := filepath.Join(o.dir, exercise.AnswersFile)
			exercise.Watch(ctx, []string{answers}, tick.C, func() {
				fmt.Printf("\n%s, %s\n", answers, time.Now().Format(time.TimeOnly))
				o.look(os.Stdout)
			})
			return nil
		},
	}
}

// look reads the answers as they are now and says what they are worth.
func (o opened) look(out io.Writer) {
	var err error
	if o.answers, err = exercise.ReadAnswers(o.dir, o.Sheet); err == nil {
		err = o.complete()
	}
	if err != nil {
		fmt.Fprintln(out, err)
		return
	}
	g, err := o.grade("", "")
	var status exitError
	switch {
	case errors.Is(err, exercise.ErrNoRun):
		fmt.Fprintf(out, "All is answered: lab exercise run %s\n", o.dir)
	case err != nil:
		fmt.Fprintln(out, err)
	default:
		if err := tellGrade(out, g, "text"); err != nil && !errors.As(err, &status) {
			fmt.Fprintln(out, err)
		}
	}
}

func exercisePackCommand() *cli.Command {
	return &cli.Command{
		Name:        "pack",
		Usage:       "put answers, results and code into the one file that is handed in",
		ArgsUsage:   "[DIR]",
		Description: "A .zip of all that is in DIR, with a manifest of hashes. What begins with a dot, and links, stay out.",
		Flags:       []cli.Flag{&cli.StringFlag{Name: "o", Usage: "write to this `FILE`", DefaultText: "NN-name-WHO.zip, here; in the lab's container in work/"}},
		Action: func(_ context.Context, c *cli.Command) error {
			to := c.String("o")
			if p, dir, ok, err := programFolder(c); ok || err != nil {
				if err != nil {
					return err
				}
				if to, err = packProgram(p, dir, to); err != nil {
					return err
				}
				fmt.Println(to)
				return give(to)
			}
			o, err := openExercise(c)
			if err != nil {
				return err
			}
			if to == "" {
				to = packPath(o.PackName(o.answers))
			}
			if err := o.Pack(o.dir, to, o.answers); err != nil {
				return err
			}
			fmt.Println(to)
			return give(to)
		},
	}
}
