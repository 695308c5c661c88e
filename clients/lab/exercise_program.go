package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/exercise"
	"c10klab/clients/internal/exercise/building"
	"c10klab/clients/internal/exercise/finding"
	"c10klab/docs/labs"
)

// program is the folder of an exercise in which a program is built, or mended. Its answer is the program: there is no run of the
// lab before it is graded.
type program interface {
	name() labs.Sheet // its number and name
	who() string
	files() []string // what the student writes, by path
	grade(ctx context.Context, c gradeOptions) (exercise.Marks, func(io.Writer) error, error)
	hints() []hint
	learnt() string
}

// hint is what is told about one part of a program.
type hint struct {
	of    string // the case; empty: the whole
	steps [exercise.Hints]string
}

// gradeOptions are what grade was told about a program.
type gradeOptions struct {
	only   string
	repeat int
	draw   uint64
}

// openProgram says whose folder it is; ok is false for that of predictions, or of nothing.
func openProgram(dir string) (p program, ok bool, err error) {
	if building.Is(dir) {
		f, err := building.Open(dir, "")
		return built{f}, true, err
	}
	n, err := exercise.FolderNumber(dir)
	if err != nil {
		return nil, false, nil
	}
	e, err := finding.Find(fmt.Sprint(n))
	if err != nil {
		return nil, false, nil
	}
	a, err := e.ReadAnswers(dir)
	return found{e, a, dir}, true, err
}

// programFolder is the folder that a command is about, if it is a program's.
func programFolder(c *cli.Command) (p program, dir string, ok bool, err error) {
	if c.Args().Len() > 1 {
		return nil, "", false, nil // openExercise says so
	}
	if dir = c.Args().First(); dir == "" {
		if dir, err = exerciseFolder(); err != nil {
			return nil, "", false, err
		}
	}
	p, ok, err = openProgram(dir)
	return p, dir, ok, err
}

// gradeProgram grades one and says what it is worth.
func gradeProgram(ctx context.Context, out io.Writer, p program, format string, options gradeOptions) error {
	marks, text, err := p.grade(ctx, options)
	if err != nil {
		return err
	}
	if format != "text" {
		err = marks.Write(out, format)
	} else {
		err = text(out)
	}
	if err == nil && !marks.Gradable && options.only == "" {
		return exitError(exitUngradable)
	}
	if passed := marks.Right == marks.Points; err == nil && passed && format == "text" && options.only == "" {
		fmt.Fprintf(out, "What you know now: %s\n", p.learnt())
		return tellHints(out, p, "", 0)
	}
	return err
}

// tellHints prints the nth hint to each part, or to the one of that name; 0: all.
func tellHints(out io.Writer, p program, only string, n int) error {
	told := false
	for _, h := range p.hints() {
		if only != "" && h.of != only {
			continue
		}
		told = true
		for i, step := range h.steps {
			if n == 0 || n == i+1 {
				fmt.Fprintf(out, "%s\n", strings.TrimPrefix(fmt.Sprintf("%s, hint %d of %d: %s", h.of, i+1, exercise.Hints, step), ", "))
			}
		}
	}
	if !told {
		return usagef("exercise %d has no case %q", p.name().Number, only)
	}
	if n > 0 && n < exercise.Hints {
		fmt.Fprintf(out, "\nMore: %s exercise hint -n %d\n", typed(), n+1)
	}
	return nil
}

// packProgram makes the one file that is handed in.
func packProgram(p program, dir, to string) (string, error) {
	e, a := exercise.Exercise{Sheet: p.name()}, exercise.Answers{Who: p.who()}
	if to == "" {
		to = packPath(e.PackName(a))
	}
	return to, e.Pack(dir, to, a)
}

// packPath is where a package goes unless one says otherwise: here, and in the lab's container among the exercises, which are
// the checkout's, for nothing else can be written there.
func packPath(name string) string {
	if inContainer() {
		return filepath.Join(workFolder, name)
	}
	return name
}

// watchProgram grades it whenever it is saved.
func watchProgram(ctx context.Context, p program, dir string) {
	tick := time.NewTicker(exercise.Look)
	defer tick.Stop()
	exercise.Watch(ctx, p.files(), tick.C, func() {
		fmt.Printf("\n%s, %s\n", dir, time.Now().Format(time.TimeOnly))
		now, _, err := openProgram(dir) // the answers may be others by now
		if err == nil {
			err = gradeProgram(ctx, os.Stdout, now, "text", gradeOptions{})
		}
		if status := exitError(0); err != nil && !errors.As(err, &status) {
			fmt.Println(err)
		}
	})
}

// programFlags are those of start and show that are of building exercises.
func programFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "seed", Usage: "of a building exercise: draw the protocol from this `ID`, such as a student's number", DefaultText: "your login"},
		&cli.StringFlag{Name: "lang", Usage: "of a building exercise: the `LANGUAGE`, go, c or python", DefaultText: "go"},
	}
}

// noPrograms says that -seed and -lang mean nothing to an exercise.
func noPrograms(number int) error {
	return usagef("-seed and -lang are of the building exercises, and %d is none", number)
}

// programText is the sheet of the building or finding exercise that is meant; ok is false if none is.
func programText(which, seed, lang string) (text string, ok bool, err error) {
	if e, err := building.Find(which); err == nil {
		l, err := e.Lang(lang)
		if err != nil {
			return "", true, &usageError{err}
		}
		if text, err = e.Text(cmp.Or(seed, ownSeed()), l); err != nil {
			err = &usageError{err}
		}
		return text, true, err
	}
	e, err := finding.Find(which)
	if err != nil {
		return "", false, nil
	}
	if seed != "" || lang != "" {
		return "", true, noPrograms(e.Number)
	}
	return e.Text(), true, nil
}

// startProgram lays the folder of the building or finding exercise that is meant; ok is false if none is.
func startProgram(which, dir, seed, lang string) (ok bool, err error) {
	if e, err := building.Find(which); err == nil {
		return true, startBuilding(e, dir, seed, lang)
	}
	e, err := finding.Find(which)
	if err != nil {
		return false, nil
	}
	if seed != "" || lang != "" {
		return true, noPrograms(e.Number)
	}
	if dir == "" {
		dir = filepath.Join(workFolder, e.ID())
	}
	if err := e.Start(dir); err != nil {
		return true, err
	}
	if err := giveAll(dir); err != nil {
		return true, err
	}
	fmt.Printf("The symptom, and what is asked: %s\nAnswer: %s, and mend %s\nThen: %s exercise grade %s\n",
		filepath.Join(dir, "README.md"), filepath.Join(dir, finding.AnswersFile), filepath.Join(dir, finding.Source), typed(), dir)
	return true, nil
}
