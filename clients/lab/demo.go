package main

import (
	"context"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/demo"
)

func demoCommand() *cli.Command {
	return &cli.Command{
		Name:      "demo",
		Usage:     "show something small at work",
		ArgsUsage: "NAME",
		Description: "turns: who goes on when somebody waits. Two generators and two greenlets print A, B,\n" +
			"A, B; three goroutines have five turns each, once parking and once with a sleep that\n" +
			"blocks their thread.\n\nExample:\n  lab demo turns",
		Action: demoAction,
	}
}

func demoAction(_ context.Context, c *cli.Command) error {
	choices := "choose from " + strings.Join(demo.Names(), ", ")
	switch n := c.Args().Len(); {
	case n == 0:
		return usagef("lab demo needs a NAME: %s", choices)
	case n > 1:
		return usagef("lab demo shows one thing, and got %q", c.Args().Slice())
	}
	show, ok := demo.Find(c.Args().First())
	if !ok {
		return usagef("no demo %q: %s", c.Args().First(), choices)
	}
	return show(os.Stdout)
}
