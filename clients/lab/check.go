package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/check"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/target"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "find out which known differences this machine shows",
		ArgsUsage: " ",
		Description: "First an honest trial: is the machine quiet enough for it to pass all gates? Then known\n" +
			"effects are added to epoll's twin beside epoll: 3 % and 10 % slower, a stall, a connection\n" +
			"that is starved, a corrupted reply. What is larger than the noise must be found; if it is\n" +
			"not the status is 1. It takes about a minute, more on a machine that is not quiet.\n\n" +
			"Examples:\n  docker compose run --rm lab check\n  lab check -local bin",
		Flags: []cli.Flag{
			&cli.FloatFlag{Name: "time", Value: 1, Usage: "a `FACTOR` for every window, such as 2"},
			&cli.Uint64Flag{Name: "seed", Usage: "the `NUMBER` that the noise floor is drawn from", DefaultText: "random"},
			composeFlag(), localFlag(),
		},
		Action: checkAction,
	}
}

func checkAction(ctx context.Context, c *cli.Command) error {
	config := check.Config{Factor: c.Float("time"), Seed: c.Uint64("seed"), Wait: wait, Out: os.Stdout}
	switch {
	case c.Args().Present():
		return usagef("lab check takes no arguments, and got %q", c.Args().First())
	case !(config.Factor >= 0.05 && config.Factor <= 100):
		return usagef("-time %g: a factor is 0.05 to 100", config.Factor)
	}
	if !c.IsSet("seed") {
		config.Seed = uint64(rand.Uint32())
	}
	l, err := target.Load(ctx, c.String("compose"))
	if err != nil {
		return err
	}
	if dir := c.String("local"); dir != "" {
		return checkLocal(ctx, l, dir, config)
	}
	return checkInDocker(ctx, l, config)
}

func checkLocal(ctx context.Context, l *target.List, dir string, config check.Config) error {
	var err error
	if config.Services, err = choose(l, []string{target.Reference}); err != nil {
		return err
	}
	choice, pinned := pin.Done()
	if !pinned {
		return executeAnew(true, configuredCPUs(config.Services))
	}
	fleet, network, err := startLocal(dir, config.Services)
	if err != nil {
		return err
	}
	defer fleet.Close()
	config.Targets, config.Problem, config.Network, config.Pinning = fleet.Targets(), fleet.Problem, network.String(), choice
	return checked(check.Run(ctx, config))
}

// checkInDocker has all services stand still meanwhile, the reference and its twin excepted.
func checkInDocker(ctx context.Context, l *target.List, config check.Config) error {
	services, err := choose(l, nil)
	if err != nil {
		return err
	}
	config.Services = services
	if config.Targets, err = inDocker(ctx, services); err != nil {
		return err
	}
	choice, pinned := pin.Done()
	if !pinned {
		epoll := slices.IndexFunc(config.Targets, func(t target.Target) bool { return t.Name == target.Reference })
		return executeAnew(false, foundCPUs(ctx, config.Targets[epoll:epoll+1]))
	}
	config.Network, config.Pinning = "the containers' bridge network", choice
	return checked(check.Run(ctx, config))
}

// checked keeps quiet about what the table has said already.
func checked(err error) error {
	if err != nil && (errors.Is(err, check.ErrVoid) || errors.Is(err, check.ErrUnknown)) {
		return exitError(exitFailed)
	}
	return err
}
