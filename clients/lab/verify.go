package main

import (
	"context"
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
			"cases that go before every measurement. A case that fails shows what was sent, expected and\n" +
			"received, what the server's threads waited in, who said what when, and the command that repeats\n" +
			"it alone; the exit status is then 1.\n\nExamples:\n" +
			"  lab verify epoll\n" +
			"  lab verify -app echo,menu -case 'exit|split' all\n" +
			"  lab verify -app echo tcp://localhost:7007\n" +
			"  lab verify -app echo -timeline pictures tcp://localhost:7007\n" +
			"  lab verify -local bin thread            without Docker",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "app", Usage: "only these applications, a `LIST` such as echo,menu", DefaultText: "all"},
			&cli.StringFlag{Name: "case", Usage: "only cases whose name matches this regular `EXPRESSION`; one that matches none lists them"},
			&cli.StringFlag{Name: "timeline", Usage: "draw each case that fails, connections against time, as a picture (SVG) in the folder `DIR`"},
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
	o := output{json: c.Bool("json"), timeline: c.String("timeline"), again: func(s subject, r conformance.Result) string { return repeat(c, s, r) }}
	if err := o.prepare(); err != nil {
		return err
	}
	subjects, done, err := subjectsOf(ctx, c, apps)
	if err != nil {
		return err
	}
	defer done()
	failed := 0
	for _, s := range subjects {
		results := conformance.Run(ctx, s.Target, s.cases(cases), func(r conformance.Result) { o.tell(s, r) })
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
		return o.err
	case 1:
		return errors.Join(o.err, errors.New("1 case failed"))
	}
	return errors.Join(o.err, fmt.Errorf("%d cases failed", failed))
}
