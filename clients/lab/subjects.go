package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/control"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// visits is how many clients come and leave at once in the case of that name: so
// many that a server which keeps something of each has no room left.
const visits = 5000

// subject is one server to verify, with the meter in front of it if there is one.
type subject struct {
	conformance.Target
	name      string
	meter     *control.Meter
	yardstick bool
}

// cases are those that are put to it. A yardstick does what is measured of it, and promises no more.
func (s subject) cases(all []conformance.Case) []conformance.Case {
	if s.yardstick {
		return conformance.Quick(all)
	}
	return all
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
		subjects = append(subjects, subject{name: arg, Target: conformance.Target{Name: arg, Addrs: map[protocol.App]string{apps[0]: address}, Visits: visits}})
	}
	if len(names) == 0 {
		return subjects, done, nil
	}
	services, err := named(ctx, c, names, apps)
	if err != nil {
		return nil, done, err
	}
	targets, done, err := reach(ctx, c.String("local"), services)
	if err != nil {
		return nil, done, err
	}
	for _, t := range targets {
		s, err := subjectOf(ctx, t, apps)
		if errors.Is(err, errUnsupported) && slices.Contains(names, "all") {
			fmt.Fprintf(os.Stderr, "lab: left out: %v\n", err)
			continue
		}
		if err != nil {
			return nil, done, err
		}
		subjects = append(subjects, s)
	}
	return subjects, done, nil
}

// named are the services of these names, models first. All are the models and those yardsticks that are up; one that is named
// must be.
func named(ctx context.Context, c *cli.Command, names []string, apps []protocol.App) ([]target.Service, error) {
	l, err := target.Load(ctx, c.String("compose"))
	if err != nil {
		return nil, err
	}
	up := func(list []target.Service) []target.Service {
		if dir := c.String("local"); dir != "" {
			return builtYardsticks(dir, list)
		}
		return yardsticksUp(ctx, list)
	}
	speaks := func(s target.Service) bool {
		return slices.ContainsFunc(s.Apps(), func(app protocol.App) bool { return slices.Contains(apps, app) })
	}
	if slices.Contains(names, "all") {
		return append(slices.Clone(l.Services), up(slices.DeleteFunc(slices.Clone(l.Yardsticks), func(s target.Service) bool { return !speaks(s) }))...), nil
	}
	services, inC, err := l.SelectAny(names)
	if err != nil {
		return nil, &usageError{err}
	}
	found := up(inC)
	for _, s := range inC {
		switch {
		case !speaks(s):
			return nil, usagef("%s speaks %s, and none of what -app names", s.Name, protocol.JoinApps(s.Apps()))
		case !slices.ContainsFunc(found, func(f target.Service) bool { return f.Name == s.Name }):
			return nil, fmt.Errorf("%s is not up: a yardstick runs where it is asked for, as YARDSTICK=1 make up does (with -local DIR: tests/yardstick/build DIR builds it)", s.Name)
		}
	}
	return append(services, inC...), nil
}
