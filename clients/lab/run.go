package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/comparison"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/target"
)

func runCommand() *cli.Command {
	var about strings.Builder
	for _, e := range experiment.All() {
		fmt.Fprintf(&about, "  %-11s %s\n", e.Name, e.About)
	}
	return &cli.Command{
		Name:      "run",
		Usage:     "verify the services, measure them beside epoll, show the comparison",
		ArgsUsage: " ",
		Description: "Each model is measured beside the reference, epoll: both in fresh processes,\n" +
			"everything else stopped, the client loading them by turns. Experiments:\n\n" + about.String() +
			"\nThe plan puts latency and throughput to every model, the others to those that a claim is\n" +
			"about, and scale to none. Experiments and models that are both named are made as they are.\n" +
			"\nExamples:\n" +
			"  lab run                                 all of it, in the lab's container\n" +
			"  lab run -local bin                      the same without Docker\n" +
			"  lab run -experiments herd -models thread,goroutine\n" +
			"  lab run -rounds 12 -time 2              twice as long in each of twice as many rounds\n" +
			"  lab run -models thread -time 60s -seed 7  in about a minute, in the order of seed 7",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "plan", Value: "quick", Usage: "the `NAME` of the plan: " + strings.Join(plan.Names, ", ")},
			&cli.StringFlag{Name: "experiments", Usage: "only these, a `LIST` such as latency,herd"},
			&cli.StringFlag{Name: "models", Usage: "only these, a `LIST` such as thread,goroutine (epoll is always measured with them)"},
			&cli.IntFlag{Name: "rounds", Value: 6, Usage: "`N` rounds; fewer than 6 rank nothing"},
			&cli.StringFlag{Name: "time", Value: "1", Usage: "a `FACTOR` for every window such as 0.5, or how long the trials should take, such as 60s"},
			&cli.StringFlag{Name: "seed", Usage: "the `NUMBER` that the order is drawn from", DefaultText: "random"},
			&cli.StringFlag{Name: "results", Usage: "the `DIR` in which the run's folder is made", Value: defaultResults()},
			composeFlag(), localFlag(),
		},
		Action: runAction,
	}
}

func defaultResults() string {
	if info, err := os.Stat("/results"); err == nil && info.IsDir() && target.DefaultFile() == "/compose.yaml" {
		return "/results"
	}
	return "results"
}

// runOptions are the flags of lab run, checked.
type runOptions struct {
	plan     plan.Options
	total    time.Duration
	services []target.Service // models chosen, the reference and its twins
	results  string
	local    string
	file     string
}

func runAction(ctx context.Context, c *cli.Command) error {
	o, err := parseRun(ctx, c)
	if err != nil {
		return err
	}
	if o.local != "" {
		return runLocal(ctx, o)
	}
	return runInDocker(ctx, o)
}

func parseRun(ctx context.Context, c *cli.Command) (runOptions, error) {
	o := runOptions{results: c.String("results"), local: c.String("local"), file: c.String("compose")}
	o.plan = plan.Options{
		Name: c.String("plan"), Rounds: int(c.Int("rounds")),
		Experiments: split(c.String("experiments")), Named: split(c.String("models")),
	}
	if c.Args().Present() {
		return o, usagef("lab run takes no arguments, and got %q", c.Args().First())
	}
	if !slices.Contains(plan.Names, o.plan.Name) {
		return o, usagef("no plan %q: choose from %s", o.plan.Name, strings.Join(plan.Names, ", "))
	}
	for _, e := range o.plan.Experiments {
		if _, err := experiment.Find(e); err != nil {
			return o, &usageError{err}
		}
	}
	if o.plan.Rounds < 1 || o.plan.Rounds > 100 {
		return o, usagef("-rounds %d: choose 1 to 100", o.plan.Rounds)
	}
	var err error
	if o.plan.Factor, o.total, err = parseTime(c.String("time")); err != nil {
		return o, err
	}
	o.plan.Seed = uint64(rand.Uint32())
	if s := c.String("seed"); s != "" {
		if o.plan.Seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			return o, usagef("-seed %q: want a number from 0 to 2^64-1", s)
		}
	}
	l, err := target.Load(ctx, o.file)
	if err != nil {
		return o, err
	}
	o.services, err = choose(l, o.plan.Named)
	return o, err
}

// choose takes the models named, the reference, and the reference's twins.
func choose(l *target.List, names []string) ([]target.Service, error) {
	if len(names) > 0 && !slices.Contains(names, target.Reference) {
		names = append(slices.Clone(names), target.Reference)
	}
	services, err := l.Select(names)
	if err != nil {
		return nil, &usageError{err}
	}
	if _, ok := l.Find(target.Reference); !ok {
		return nil, fmt.Errorf("%s: no service %s, which is the reference that all are compared with", l.File, target.Reference)
	}
	for _, t := range l.Twins {
		if t.Model == target.Reference {
			services = append(services, t)
		}
	}
	return services, nil
}

// parseTime reads a factor such as 0.5 or a duration such as 60s.
func parseTime(s string) (factor float64, total time.Duration, err error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		if !(f >= 0.05 && f <= 100) {
			return 0, 0, usagef("-time %s: a factor is 0.05 to 100", s)
		}
		return f, 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, 0, usagef("-time %q: want a factor such as 0.5, or a duration such as 60s", s)
	}
	return 1, d, nil
}

func split(list string) []string {
	var out []string
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// wait is how long a service may take to come up.
const wait = 30 * time.Second

func (o runOptions) config(choice pin.Choice) comparison.Config {
	return comparison.Config{
		Services: o.services, Plan: o.plan, Time: o.total, Results: o.results,
		Pinning: choice, Wait: wait, Out: os.Stdout,
	}
}

// runLocal starts the services itself. The program is first executed anew, on
// the client's CPU and in a network of its own where it may have one.
func runLocal(ctx context.Context, o runOptions) error {
	choice, pinned := pin.Done()
	if !pinned {
		return executeAnew(true, configuredCPUs(o.services))
	}
	fleet, network, err := startLocal(o.local, o.services)
	if err != nil {
		return err
	}
	defer fleet.Close()
	config := o.config(choice)
	config.Targets, config.Problem, config.Network = fleet.Targets(), fleet.Problem, network.String()
	config.Next = "Next: make play MODEL=epoll (or: make lab ARGS='-experiments herd')"
	return ended(comparison.Run(ctx, config))
}

func runInDocker(ctx context.Context, o runOptions) error {
	targets, err := inDocker(ctx, o.services)
	if err != nil {
		return err
	}
	choice, pinned := pin.Done()
	if !pinned {
		return executeAnew(false, foundCPUs(ctx, targets))
	}
	config := o.config(choice)
	config.Targets, config.Network = targets, "the containers' bridge network"
	if o.results == "/results" {
		config.Shown = "results" // the checkout's, which is mounted there
	}
	config.Next = "Next: docker compose run --rm chat epoll menu (or: swarm -n 1000 epoll)"
	return ended(comparison.Run(ctx, config))
}

// ended keeps quiet about what a run has said already.
func ended(err error) error {
	if errors.Is(err, comparison.ErrIncomplete) {
		return exitError(exitFailed)
	}
	return err
}
