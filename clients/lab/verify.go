package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/control"
	"c10klab/clients/internal/local"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
	"c10klab/services/protocol"
)

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "put the conformance cases to a service, one line each",
		ArgsUsage: "TARGET...",
		Description: "TARGET is a model's name, all, or the address of one application such as\n" +
			"tcp://localhost:7007 (with -app). A case that fails shows what was said; the exit\n" +
			"status is then 1.\n\nExamples:\n" +
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

// visits is how many clients come and leave at once in the case of that name: so
// many that a server which keeps something of each has no room left.
const visits = 5000

// subject is one server to verify, with the meter in front of it if there is one.
type subject struct {
	conformance.Target
	meter *control.Meter
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
		results := conformance.Run(ctx, s.Target, cases, func(r conformance.Result) { tell(s.Name, r) })
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

// subjectsOf finds what the arguments name. done ends what was started for it.
func subjectsOf(ctx context.Context, c *cli.Command, apps []protocol.App) (subjects []subject, done func(), err error) {
	done = func() {}
	var names []string
	for _, arg := range c.Args().Slice() {
		if !strings.Contains(arg, "://") {
			names = append(names, arg)
			continue
		}
		address, err := target.ParseAddress(arg)
		if err != nil {
			return nil, done, &usageError{err}
		}
		if len(apps) != 1 || c.String("app") == "" {
			return nil, done, usagef("%s is the address of one application: say which with -app, such as -app echo", arg)
		}
		subjects = append(subjects, subject{Target: conformance.Target{Name: arg, Addrs: map[protocol.App]string{apps[0]: address}, Visits: visits}})
	}
	if len(names) == 0 {
		return subjects, done, nil
	}
	l, err := target.Load(ctx, c.String("compose"))
	if err != nil {
		return nil, done, err
	}
	if slices.Contains(names, "all") {
		names = nil
	}
	services, err := l.Select(names)
	if err != nil {
		return nil, done, &usageError{err}
	}
	targets, done, err := reach(ctx, c.String("local"), services)
	if err != nil {
		return nil, done, err
	}
	for _, t := range targets {
		s, err := subjectOf(ctx, t, apps)
		if err != nil {
			return nil, done, err
		}
		subjects = append(subjects, s)
	}
	return subjects, done, nil
}

// reach finds the services in Docker's networks, or starts them from dir.
func reach(ctx context.Context, dir string, services []target.Service) (targets []target.Target, done func(), err error) {
	done = func() {}
	if dir == "" {
		targets, err = inDocker(ctx, services)
		return targets, done, err
	}
	if _, entered := local.Entered(); !entered {
		return nil, done, executeAnew(true, configuredCPUs(services))
	}
	fleet, _, err := startLocal(dir, services)
	if err != nil {
		return nil, done, err
	}
	return fleet.Targets(), func() { _ = fleet.Close() }, nil
}

// subjectOf waits for a service and makes sure that nobody measures it.
func subjectOf(ctx context.Context, t target.Target, apps []protocol.App) (subject, error) {
	s := subject{meter: control.New(t.Control)}
	s.Target = conformance.Target{Name: t.Model, Addrs: map[protocol.App]string{}, Control: conformance.Metered{Meter: s.meter, Lease: trial.Lease}, Visits: visits}
	for _, app := range apps {
		s.Addrs[app] = t.Addr(app)
	}
	for began := time.Now(); ; {
		h, err := s.meter.Health(ctx)
		switch {
		case err == nil && h.Lease > 0:
			return s, &trial.BusyError{Service: t.Name, Left: time.Duration(h.Lease * float64(time.Second))}
		case err == nil && (h.State == protocol.Serving || h.State == protocol.Occupied):
			return s, nil
		case err == nil && h.State != protocol.Starting:
			return s, fmt.Errorf("%s is %s: %s", t.Name, h.State, trial.Ended(h))
		case ctx.Err() != nil:
			return s, ctx.Err()
		case time.Since(began) > wait && err == nil:
			err = errors.New("it is still starting")
			fallthrough
		case time.Since(began) > wait:
			return s, fmt.Errorf("%s never came up: asked %s/healthz for %v; last answer: %w", t.Name, t.Control, wait, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// giveBack has the service serve everything again: a case may have restarted or stopped it.
func giveBack(ctx context.Context, m *control.Meter) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if _, err := m.Restart(ctx, nil, nil, 0); err != nil {
		fmt.Fprintf(os.Stderr, "lab: giving the service back: %v\n", err)
	}
	m.Close()
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
