package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/conformance"
	"c10klab/services/protocol"
)

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "put the conformance cases to a service, one line each",
		ArgsUsage: "TARGET...",
		Description: "TARGET is a model's name, that of a yardstick (a program in C, where it is up), all, or the\n" +
			"address of one application such as tcp://localhost:7007 (with -app). A yardstick is put to the\n" +
			"cases that go before every measurement. A case that fails shows what was said; the exit status\n" +
			"is then 1.\n\nExamples:\n" +
			"  lab verify epoll\n" +
			"  lab verify -app echo,menu -case 'exit|split' all\n" +
			"  lab verify -app echo tcp://localhost:7007\n" +
			"  lab verify -local bin thread            without Docker",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "app", Usage: "only these applications, a `LIST` such as echo,menu", DefaultText: "all"},
			&cli.StringFlag{Name: "case", Usage: "only cases whose name matches this regular `EXPRESSION`"},
			&cli.BoolFlag{Name: "json", Usage: "one JSON object per case and line"},
			composeFlag(), localFlag(),
		},
		Action: verifyAction,
	}
}

func verifyAction(ctx context.Context, c *cli.Command) error {
	apps := protocol.Apps()
	var err error
	if list := c.String("app"); list != "" {
		if apps, err = protocol.ParseApps(list); err != nil {
			return usagef("-app %s: %w", list, err)
		}
	}
	cases, err := conformance.Select(apps, c.String("case"))
	if err != nil {
		return usagef("-case: %w", err)
	}
	if !c.Args().Present() {
		return usagef("lab verify needs a TARGET: a model's name, all, or tcp://host:port")
	}
	subjects, done, err := subjectsOf(ctx, c, apps)
	if err != nil {
		return err
	}
	defer done()
	tell := tellLines
	if c.Bool("json") {
		tell = tellJSON
	}
	failed := 0
	for _, s := range subjects {
		results := conformance.Run(ctx, s.Target, s.cases(cases), func(r conformance.Result) { tell(s.name, r) })
		failed += len(conformance.Failed(results))
		if s.meter != nil {
			giveBack(ctx, s.meter)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	switch failed {
	case 0:
		return nil
	case 1:
		return errors.New("1 case failed")
	}
	return fmt.Errorf("%d cases failed", failed)
}

func tellLines(name string, r conformance.Result) {
	fmt.Printf("%-8s %-12s %-28s %6.2f s  %s\n", r.Outcome, name, r.Case, r.Took.Seconds(), r.Title)
	if r.Reason != "" {
		fmt.Printf("         %s\n", r.Reason)
	}
	for _, line := range r.Transcript {
		fmt.Printf("           %s\n", line)
	}
}

func tellJSON(name string, r conformance.Result) {
	line, _ := json.Marshal(struct {
		Target string `json:"target"`
		conformance.Result
	}{name, r})
	fmt.Printf("%s\n", line)
}
