package main

import (
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
)

func claimsCommand() *cli.Command {
	return &cli.Command{
		Name:      "claims",
		Usage:     "list what people say, or what a run's results say of it",
		ArgsUsage: "[DIR]",
		Description: "Without DIR: each claim, who says so, what decides it, and which experiments that\n" +
			"needs. With the folder of a run: what its results say of each claim, the measured\n" +
			"figure with its interval beside the threshold, which stood before anything was\n" +
			"measured. What a gate withheld, what was not measured, and what is within the\n" +
			"run's noise decides nothing: the reason is told. A void run, which missed an effect that\n" +
			"was planted in it, decides no claim.\n\n" +
			"Examples:\n  lab claims\n  lab claims results/20260102T030405Z",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "markdown", Usage: "the list as a page: docs/claims.md"}},
		Action: claimsAction,
	}
}

func claimsAction(_ context.Context, c *cli.Command) error {
	switch n := c.Args().Len(); {
	case n == 0 && c.Bool("markdown"):
		claims.Markdown(os.Stdout)
		return nil
	case n == 0:
		claims.List(os.Stdout, claims.All())
		return nil
	case c.Bool("markdown"):
		return usagef("lab claims -markdown lists the claims, and takes no folder of results: %q", c.Args().First())
	case n > 1:
		return usagef("lab claims takes one folder of results, and got %q", c.Args().Slice())
	}
	run, err := result.Read(runFolder(c.Args().First()))
	if err != nil {
		return explained(err, "claims", c.Args().First())
	}
	claims.WriteLedger(os.Stdout, claims.Ledger(run))
	if why := spike.Of(run).Void(); why != "" {
		fmt.Println("\n" + why + ".")
	}
	for _, p := range run.Problems {
		fmt.Printf("Not read: %s.\n", p)
	}
	return nil
}
