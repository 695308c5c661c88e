package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/compare"
	"c10klab/clients/internal/compare/runs"
)

// comparisonFormat is one way to write a comparison.
type comparisonFormat struct {
	name  string
	write func(compare.Comparison, io.Writer) error
}

var comparisons = []comparisonFormat{
	{"text", func(c compare.Comparison, out io.Writer) error { c.Write(out); return nil }},
	{"markdown", func(c compare.Comparison, out io.Writer) error { return c.WriteMarkdown(out) }},
	{"csv", func(c compare.Comparison, out io.Writer) error { return c.WriteCSV(out) }},
	{"json", func(c compare.Comparison, out io.Writer) error { return c.WriteJSON(out) }},
}

func compareCommand() *cli.Command {
	var names []string
	for _, c := range comparisons {
		names = append(names, c.name)
	}
	return &cli.Command{
		Name:      "compare",
		Usage:     "say what changed from one run to another, and whether that is more than noise",
		ArgsUsage: "A B",
		Description: "A and B are the folders of two runs, or archives (tar, tar.gz, zip) of one run each.\n" +
			"For each model and figure: the change, B against A, with its interval. Figures are\n" +
			"ratios to the reference in the same trials, so that a machine's drift cancels; a change of\n" +
			"the reference itself shows in all others. The interval is the widest that the two runs'\n" +
			"own allow. A change is one where the interval excludes that there is none and it is larger\n" +
			"than the noise of both runs together (the root of the sum of the floors' squares). CPU time\n" +
			"that was counted otherwise is not compared; what else differs in the runs' manifests\n" +
			"is told. Yardsticks, programs in C, stand below the models and are not judged.\n\n" +
			"With -fail-above the exit status is 1 if a figure is worse by more than that, beyond\n" +
			"noise and with its whole interval, or if none could be judged; else 0. A figure that\n" +
			"one of the runs lacks fails nothing: it is listed with the reason.\n\n" +
			"Examples:\n" +
			"  lab compare results/20261121T201503Z results/20261122T090000Z\n" +
			"  lab compare -models thread,goroutine -fail-above 5% before.tar.gz after.tar.gz\n" +
			"  lab compare -format csv A B | grep ,worse,",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Value: "text", Usage: "the `NAME` of the format: " + strings.Join(names, ", ")},
			&cli.StringFlag{Name: "models", Usage: "only these, a `LIST` such as thread,goroutine"},
			&cli.StringFlag{Name: "fail-above", Usage: "exit status 1 if a figure is worse by more than this `SHARE`, such as 5% or 0.05"},
		},
		Action: compareAction,
	}
}

func compareAction(_ context.Context, c *cli.Command) error {
	if c.Args().Len() != 2 {
		return usagef("lab compare takes two runs, A B, and got %d", c.Args().Len())
	}
	chosen := slices.IndexFunc(comparisons, func(f comparisonFormat) bool { return f.name == c.String("format") })
	if chosen < 0 {
		return usagef("-format %q: choose from text, markdown, csv, json", c.String("format"))
	}
	var limit float64
	if c.IsSet("fail-above") {
		var err error
		if limit, err = compare.ParseLimit(c.String("fail-above")); err != nil {
			return usagef("-fail-above %w", err)
		}
	}
	compared, err := compared(c.Args().Get(0), c.Args().Get(1), split(c.String("models")))
	if err != nil {
		return err
	}
	var b bytes.Buffer // a report that fails halfway must not look like one
	if err := comparisons[chosen].write(compared, &b); err != nil {
		return err
	}
	if _, err := os.Stdout.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the comparison: %w", err)
	}
	if limit > 0 {
		return compared.Held(limit)
	}
	return nil
}

// compared reads two runs; no names are all models.
func compared(a, b string, names []string) (compare.Comparison, error) {
	before, err := runs.One(a)
	if err != nil {
		return compare.Comparison{}, err
	}
	after, err := runs.One(b)
	if err != nil {
		return compare.Comparison{}, err
	}
	c := compare.Of(before, after)
	all := c.Models()
	for _, y := range c.Yardsticks() {
		all = append(all, y.Model)
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return c, usagef("-models: no model %q in either run: choose from %s", name, strings.Join(all, ", "))
		}
	}
	if len(names) > 0 {
		c = c.Only(names)
	}
	return c, nil
}
