package main

import (
	"cmp"
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
	"c10klab/clients/internal/result"
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
			"\nThe quick plan (8 minutes) puts latency and throughput to every model, others to those that a\n" +
			"claim is about; the full one (45 minutes) puts nearly all to nearly all. Experiments and models\n" +
			"that are both named are made as they are. Where rates are ranked, a known effect is planted\n" +
			"once a round: a run that misses it, though it is larger than the noise, is void.\n" +
			"\nExamples:\n" +
			"  lab run                                 all of it, in the lab's container\n" +
			"  lab run -local bin                      the same without Docker\n" +
			"  lab run -experiments herd -models thread,goroutine\n" +
			"  lab run -rounds 12 -time 2              twice as long in each of twice as many rounds\n" +
			"  lab run -load conns=2000,active=5%,work=200  what one's own mix costs each model\n" +
			"  lab run -like results/20261121T201503Z   the same plan, seed and order again\n" +
			"  lab run -resume results/20261121T201503Z  what an interrupted run has left to do\n" +
			"  lab run -models thread -time 60s -seed 7  in about a minute, in the order of seed 7",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "plan", Value: "quick", Usage: "the `NAME` of the plan: " + strings.Join(plan.Names, ", ")},
			&cli.StringFlag{Name: "experiments", Usage: "only these, a `LIST` such as latency,herd"},
			&cli.StringFlag{Name: "load", Usage: "a `MIX` of one's own for all models, such as conns=5000,active=2%,bytes=1024,work=200,wait=20ms,cpus=1"},
			&cli.StringFlag{Name: "models", Usage: "only these, a `LIST` such as thread,goroutine (epoll is always measured with them)"},
			&cli.IntFlag{Name: "rounds", Value: 6, Usage: "`N` rounds; fewer than 6 rank nothing"},
			&cli.StringFlag{Name: "time", Value: "1", Usage: "a `FACTOR` for every window such as 0.5, or how long the trials should take, such as 60s"},
			&cli.StringFlag{Name: "seed", Usage: "the `NUMBER` that the order is drawn from", DefaultText: "random"},
			&cli.StringFlag{Name: "like", Usage: "repeat the plan, seed and order of the run in `DIR`"},
			&cli.StringFlag{Name: "resume", Usage: "go on with the interrupted run in `DIR`"},
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
	inC      []target.Service // yardsticks of their mechanisms, which need not be up
	paths    []target.Service // other ways to the reference, which need not be up, and are not without Docker
	results  string
	repeats  string      // the folder of the run that it is like
	resume   *result.Run // to go on with; nil: none
	local    string
	file     string
	exercise *result.Exercise // for which the run is made; nil: none
	next     string           // what an exercise's user types next
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
	if c.Args().Present() {
		return o, usagef("lab run takes no arguments, and got %q", c.Args().First())
	}
	var err error
	if c.IsSet("like") || c.IsSet("resume") {
		err = o.again(c)
	} else {
		err = o.chosen(c)
	}
	if err != nil {
		return o, err
	}
	l, err := target.Load(ctx, o.file)
	if err != nil {
		return o, err
	}
	o.services, err = choose(l, o.plan.Named)
	o.inC, o.paths = l.YardsticksOf(o.services), l.Paths
	return o, err
}

// again takes the plan from a run that was made, or begun.
func (o *runOptions) again(c *cli.Command) error {
	for _, name := range []string{"plan", "experiments", "load", "models", "rounds", "time", "seed"} {
		if c.IsSet(name) {
			return usagef("-%s can't be chosen for a run that is like another, or goes on with it", name)
		}
	}
	folder := c.String("like")
	if c.IsSet("resume") {
		if folder != "" {
			return usagef("-like and -resume: choose one")
		}
		folder = c.String("resume")
	}
	run, err := result.Read(runFolder(folder))
	if err != nil {
		return explained(err, "run", folder)
	}
	if o.plan, err = comparison.Like(run.Manifest); err != nil {
		return fmt.Errorf("%s: %w", folder, err)
	}
	if c.IsSet("resume") {
		o.resume = &run
	} else {
		o.repeats = folder
	}
	return nil
}

// chosen takes the plan from the flags.
func (o *runOptions) chosen(c *cli.Command) error {
	o.plan = plan.Options{
		Name: c.String("plan"), Rounds: int(c.Int("rounds")),
		Experiments: split(c.String("experiments")), Named: split(c.String("models")),
	}
	if !slices.Contains(plan.Names, o.plan.Name) {
		return usagef("no plan %q: choose from %s", o.plan.Name, strings.Join(plan.Names, ", "))
	}
	for _, e := range o.plan.Experiments {
		if _, err := experiment.Find(e); err != nil {
			return &usageError{err}
		}
	}
	if s := c.String("load"); s != "" {
		mix, err := experiment.ParseMix(s)
		if err != nil {
			return &usageError{err}
		}
		own := mix.Experiment()
		o.plan.Load = &own
	}
	if o.plan.Rounds < 1 || o.plan.Rounds > 100 {
		return usagef("-rounds %d: choose 1 to 100", o.plan.Rounds)
	}
	var err error
	if o.plan.Factor, o.total, err = parseTime(c.String("time")); err != nil {
		return err
	}
	o.plan.Seed = uint64(rand.Uint32())
	if s := c.String("seed"); s != "" {
		if o.plan.Seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			return usagef("-seed %q: want a number from 0 to 2^64-1", s)
		}
	}
	return nil
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
		Repeats: o.repeats, Resume: o.resume, Pinning: choice, Wait: wait, Out: os.Stdout, Exercise: o.exercise,
	}
}

// then is what is said at a run's end.
func (o runOptions) then(usual string) string { return cmp.Or(o.next, usual) }

// runLocal starts the services itself. The program is first executed anew, on
// the client's CPU and in a network of its own where it may have one.
func runLocal(ctx context.Context, o runOptions) error {
	choice, pinned := pin.Done()
	if !pinned {
		return executeAnew(true, configuredCPUs(o.services))
	}
	o.services = append(o.services, builtYardsticks(o.local, o.inC)...)
	fleet, network, err := startLocal(o.local, o.services)
	if err != nil {
		return err
	}
	defer fleet.Close()
	config := o.config(choice)
	config.Targets, config.Problem, config.Network = fleet.Targets(), fleet.Problem, network.String()
	config.Next = o.then("Next: make play MODEL=epoll (or: make lab ARGS='-experiments herd')")
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
	for _, s := range slices.Concat(yardsticksUp(ctx, o.inC), pathsUp(ctx, o.paths)) {
		o.services, targets = append(o.services, s), append(targets, target.InDocker(s))
	}
	config := o.config(choice)
	config.Targets, config.Network = targets, "the containers' bridge network"
	if o.results == "/results" {
		config.Shown = "results" // the checkout's, which is mounted there
	}
	config.Next = o.then("Next: docker compose run --rm chat epoll menu (or: swarm -n 1000 epoll)")
	return ended(comparison.Run(ctx, config))
}

// ended keeps quiet about what a run has said already.
func ended(err error) error {
	if errors.Is(err, comparison.ErrIncomplete) {
		return exitError(exitFailed)
	}
	return err
}
