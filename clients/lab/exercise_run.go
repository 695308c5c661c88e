package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/target"
)

func exerciseRunCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "make the exercise's run, once all is answered",
		ArgsUsage: "[DIR]",
		Description: "The run is an ordinary one, of the exercise's experiments and models, with the same gates; its results go to\n" +
			"DIR/results. Its manifest holds a hash of each answer: what is changed after the folder's first run scores nothing.\n" +
			"Without Docker the services are started from the folder in which lab itself lies, if the meter lies there, too.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "seed", Usage: "the `NUMBER` that the order is drawn from", DefaultText: "random"},
			composeFlag(), localFlag(),
		},
		Action: runExercise,
	}
}

func runExercise(ctx context.Context, c *cli.Command) error {
	if p, dir, ok, err := programFolder(c); ok || err != nil {
		if err == nil {
			err = fmt.Errorf("exercise %d has no run: what was written is built and tried by %s exercise grade %s", p.name().Number, typed(), dir)
		}
		return err
	}
	o, err := openExercise(c)
	if err != nil {
		return err
	}
	if err := o.complete(); err != nil {
		return err
	}
	options, err := o.options(ctx, c)
	if err != nil {
		return err
	}
	if _, pinned := pin.Done(); pinned { // before that, the program only looks for its CPU
		release, err := exercise.Lock(o.dir)
		if err != nil {
			return err
		}
		defer release()
		if err := o.handOver(); err != nil {
			return err
		}
		if err := o.sayChanged(); err != nil {
			return err
		}
	}
	if options.local != "" {
		return runLocal(ctx, options)
	}
	return runInDocker(ctx, options)
}

// options are those of the run that the exercise makes.
func (o opened) options(ctx context.Context, c *cli.Command) (run runOptions, err error) {
	seed := uint64(rand.Uint32())
	if s := c.String("seed"); s != "" {
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			return run, usagef("-seed %q: want a number from 0 to 2^64-1", s)
		}
	}
	run = runOptions{
		plan: o.Plan.Options(seed), results: filepath.Join(o.dir, exercise.ResultsFolder), file: c.String("compose"), local: c.String("local"),
		exercise: o.answers.Committed(o.Sheet), next: "Next: " + typed() + " exercise grade " + o.dir,
	}
	if !c.IsSet("compose") {
		run.file = nearest(run.file)
	}
	if !c.IsSet("local") {
		run.local = ownFolder()
	}
	l, err := target.Load(ctx, run.file)
	if err != nil {
		return run, err
	}
	run.services, err = choose(l, o.Plan.Models)
	return run, err
}

// handOver makes the folder of results, and gives it to the folder's owner with the lock: in a container the lab is root.
func (o opened) handOver() error {
	results := filepath.Join(o.dir, exercise.ResultsFolder)
	if err := os.MkdirAll(results, 0o755); err != nil {
		return fmt.Errorf("the exercise's results: %w", err)
	}
	return errors.Join(give(results), give(filepath.Join(o.dir, exercise.LockFile)))
}

// sayChanged tells at once which answers were changed after the folder's first run.
func (o opened) sayChanged() error {
	runs, err := o.Runs(o.dir)
	if err != nil || len(runs) == 0 {
		return err
	}
	now := o.answers.Committed(o.Sheet)
	before := runs[0].Manifest.Exercise
	for _, q := range o.Sheet.Questions {
		if before != nil && before.Each[q.ID] != now.Each[q.ID] {
			fmt.Printf("%s was changed after the first run: it is shown, and scores nothing\n", q.ID)
		}
	}
	return nil
}

// nearest is the file here, or in the nearest folder above that has one.
func nearest(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	dir, err := os.Getwd()
	if err != nil {
		return file
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
			return filepath.Join(dir, file)
		}
		if filepath.Dir(dir) == dir {
			return file
		}
		dir = filepath.Dir(dir)
	}
}

// ownFolder is where this program lies, if the services' meter lies there as well; empty in the lab's container, whose services
// have containers of their own.
func ownFolder() string {
	if inContainer() {
		return ""
	}
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	dir := filepath.Dir(program)
	if _, err := os.Stat(filepath.Join(dir, "meter")); err != nil {
		return ""
	}
	return dir
}
