package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trace"
)

func traceCommand() *cli.Command {
	return &cli.Command{
		Name:      "trace",
		Usage:     "tell a model's system calls, one arrival after the other",
		ArgsUsage: " ",
		Description: "Prints a small schedule of arrivals. Write down, step by step, which system calls the\n" +
			"model's threads make, in which order, and what each waits in then. With -c the lab\n" +
			"starts the real service, lets these clients arrive, and shows what it did (ptrace; no\n" +
			"Docker is needed). Time is in none of it: a step ends when the service is at rest. The\n" +
			"same seed makes the same schedule for every model. docs/labs/trace.md tells how to read it.\n\n" +
			"Examples:\n  lab trace -model select -seed 7\n  lab trace -model select -seed 7 -c",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "whose calls: a `NAME` that lab list tells"},
			&cli.StringFlag{Name: "seed", Usage: "the `NUMBER` that the schedule is drawn from", DefaultText: "random"},
			&cli.BoolFlag{Name: "c", Usage: "reveal: run the service under this schedule and show its calls"},
			&cli.BoolFlag{Name: "json", Usage: "one JSON object"},
			&cli.StringFlag{Name: "local", Usage: "the services' binaries are in `DIR`", DefaultText: "the folder that lab itself is in"},
			composeFlag(),
		},
		Action: traceAction,
	}
}

// traced is what -json prints.
type traced struct {
	Model    string         `json:"model"`
	Seed     uint64         `json:"seed"`
	Args     []string       `json:"args"`
	Schedule []trace.Action `json:"schedule"`
	Found    *trace.Trace   `json:"found,omitempty"`
}

func traceAction(ctx context.Context, c *cli.Command) error {
	s, seed, err := parseTrace(ctx, c)
	if err != nil {
		return err
	}
	flags := trace.Small(s.Model)
	told := traced{Model: s.Name, Seed: seed, Args: append(append([]string{}, s.Args...), flags...), Schedule: trace.Make(seed)}
	if !c.Bool("c") {
		return told.tell(c.Bool("json"))
	}
	program, err := programOf(s, c.String("local"))
	if err != nil {
		return err
	}
	found, err := trace.Run(ctx, trace.Config{Model: s.Model, Program: program, Args: s.Args, Schedule: told.Schedule})
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	told.Found = &found
	return told.tell(c.Bool("json"))
}

func parseTrace(ctx context.Context, c *cli.Command) (s target.Service, seed uint64, err error) {
	if c.Args().Present() {
		return s, 0, usagef("lab trace takes no arguments, and got %q: say -model %s", c.Args().First(), c.Args().First())
	}
	l, err := target.Load(ctx, c.String("compose"))
	if err != nil {
		return s, 0, err
	}
	if c.String("model") == "" {
		return s, 0, usagef("lab trace needs a -model: choose from %s", strings.Join(l.Names(), ", "))
	}
	found, err := l.Select([]string{c.String("model")})
	if err != nil {
		return s, 0, &usageError{err}
	}
	seed = uint64(rand.Uint32())
	if text := c.String("seed"); c.IsSet("seed") {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			return s, 0, usagef("-seed %q: want a number from 0 to 2^64-1", text)
		}
	}
	return found[0], seed, nil
}

// programOf finds a service's binary.
func programOf(s target.Service, dir string) (string, error) {
	if dir == "" {
		self, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("finding the folder of binaries: %w", err)
		}
		dir = filepath.Dir(self)
	}
	path := filepath.Join(dir, s.Program)
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no %s: -c runs the service itself; say with -local DIR where it is (go build -o .build/bin/ ./services/... builds all)", path)
	case err != nil:
		return "", err
	case !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		return "", fmt.Errorf("%s can't be executed", path)
	}
	return path, nil
}

func (t traced) tell(asJSON bool) error {
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(t)
	}
	with := ""
	if len(t.Args) > 0 {
		with = ", started with " + strings.Join(t.Args, " ")
	}
	fmt.Printf("%s serves echo%s. Schedule %d:\n\n", t.Model, with, t.Seed)
	if t.Found != nil {
		t.Found.Write(os.Stdout)
		return nil
	}
	trace.WriteSchedule(os.Stdout, t.Schedule)
	fmt.Printf("\nFor each step: which calls does which thread make, with which result, and in which\n"+
		"call does it wait then? Which client waits for an answer?\nThen: lab trace -model %s -seed %d -c\n", t.Model, t.Seed)
	return nil
}
