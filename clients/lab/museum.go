package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/museum"
)

// exitUnsupported is the status where this machine can't do what was asked (EX_UNAVAILABLE of sysexits.h).
const exitUnsupported = 69

func museumCommand() *cli.Command {
	return &cli.Command{
		Name:      "museum",
		Usage:     "show a mistake of measuring beside the right way",
		ArgsUsage: "[NAME]",
		Description: "Without NAME: the exhibits. With NAME: the wrong way and the right way, measured\n" +
			"here and now against servers that the lab starts for it, both numbers, and why they\n" +
			"differ, or that on this machine they don't. An exhibit takes up to a minute (most\n" +
			"less than 15 s) and needs no Docker. One that this machine can't show says why and\n" +
			"ends with status 69.\n\n" +
			"Examples:\n  lab museum\n  lab museum coordinated-omission\n  lab museum best-of-n -seed 7",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "seed", Usage: "the `NUMBER` that is drawn from, in exhibits that draw at random", DefaultText: "random"},
			&cli.DurationFlag{Name: "time", Value: museum.UsualTime, Usage: fmt.Sprintf("the `LENGTH` of a window, %v to %v", museum.MinTime, museum.MaxTime)},
		},
		Action: museumAction,
	}
}

func museumAction(ctx context.Context, c *cli.Command) error {
	switch n := c.Args().Len(); {
	case n == 0 && (c.IsSet("seed") || c.IsSet("time")):
		return usagef("lab museum lists the exhibits: -seed and -time need the NAME of one")
	case n == 0:
		listExhibits()
		return nil
	case n > 1:
		return usagef("lab museum shows one exhibit, and got %q", c.Args().Slice())
	}
	e, err := museum.Find(c.Args().First())
	if err != nil {
		return &usageError{err}
	}
	o, err := exhibitOptions(c, e)
	if err != nil {
		return err
	}
	e.Write(os.Stdout)
	fmt.Println()
	f, err := e.Run(ctx, o)
	if u := new(museum.Unsupported); errors.As(err, &u) {
		fmt.Fprintln(os.Stderr, "lab:", err)
		return exitError(exitUnsupported)
	}
	if err != nil {
		return err
	}
	f.Write(os.Stdout)
	if e.Chance {
		fmt.Printf("\n  Drawn with -seed %d.\n", o.Seed)
	}
	return nil
}

func exhibitOptions(c *cli.Command, e museum.Exhibit) (museum.Options, error) {
	o := museum.Options{Time: c.Duration("time"), Seed: uint64(rand.Uint32())}
	if o.Time < museum.MinTime || o.Time > museum.MaxTime {
		return o, usagef("-time %v: choose %v to %v", o.Time, museum.MinTime, museum.MaxTime)
	}
	s := c.String("seed")
	if s == "" {
		return o, nil
	}
	if !e.Chance {
		return o, usagef("-seed %s: nothing is drawn at random in %s", s, e.Name)
	}
	var err error
	if o.Seed, err = strconv.ParseUint(s, 10, 64); err != nil {
		return o, usagef("-seed %q: want a number from 0 to 2^64-1", s)
	}
	return o, nil
}

func listExhibits() {
	fmt.Println("Mistakes of measuring, each shown beside the right way: lab museum NAME")
	fmt.Println()
	longest := 0
	for _, e := range museum.All() {
		longest = max(longest, len(e.Name))
	}
	for _, e := range museum.All() {
		fmt.Printf("  %s%s  %s\n", e.Name, strings.Repeat(" ", longest-len(e.Name)), e.Title)
	}
}
