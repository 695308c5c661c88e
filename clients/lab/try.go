package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/try"
	"c10klab/services/protocol"
)

func tryCommand() *cli.Command {
	return &cli.Command{
		Name:      "try",
		Usage:     "put a service as it was edited beside the committed one",
		ArgsUsage: "MODEL [-- FLAGS...]",
		Description: "First the conformance cases of echo; then both under the same load by turns, round by\n" +
			"round, with the committed one's twin beside them, which tells what noise is. FLAGS are\n" +
			"given to the edited service alone. `make try MODEL=epoll` builds both and starts this:\n" +
			"without Docker from two folders of binaries; in a container beside services that are\n" +
			"named committed, twin and yours.\n\nExamples:\n" +
			"  lab try -local yours -base committed epoll\n" +
			"  lab try -local yours -base committed epoll -- -backlog 5",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "base", Usage: "the `DIR` of the committed service's binary; with -local"},
			&cli.IntFlag{Name: "rounds", Value: stats.MinRounds, Usage: "`N` rounds; fewer than 6 judge nothing"},
			&cli.FloatFlag{Name: "time", Value: 1, Usage: "a `FACTOR` for every window, such as 0.5"},
			&cli.Uint64Flag{Name: "seed", Usage: "the `NUMBER` that the order is drawn from", DefaultText: "random"},
			composeFlag(), localFlag(),
		},
		Action: tryAction,
	}
}

// tryOptions are the flags of lab try, checked.
type tryOptions struct {
	config      try.Config
	services    [3]target.Service // committed, its twin, yours
	local, base string
}

func tryAction(ctx context.Context, c *cli.Command) error {
	o, err := parseTry(ctx, c)
	if err != nil {
		return err
	}
	if o.local != "" {
		return o.runLocal(ctx)
	}
	return o.runInDocker(ctx)
}

func parseTry(ctx context.Context, c *cli.Command) (tryOptions, error) {
	o := tryOptions{local: c.String("local"), base: c.String("base")}
	o.config = try.Config{
		Rounds: int(c.Int("rounds")), Factor: c.Float("time"), Seed: c.Uint64("seed"), Wait: wait, Out: os.Stdout,
	}
	switch {
	case !c.Args().Present():
		return o, usagef("lab try needs a MODEL, such as epoll")
	case o.local != "" && o.base == "":
		return o, usagef("-local %s is one side: say with -base DIR where the committed service's binary is", o.local)
	case o.local == "" && o.base != "":
		return o, usagef("-base %s is one side: say with -local DIR where the edited service's binaries are", o.base)
	case o.config.Rounds < 1 || o.config.Rounds > 100:
		return o, usagef("-rounds %d: choose 1 to 100", o.config.Rounds)
	case !(o.config.Factor >= 0.05 && o.config.Factor <= 100):
		return o, usagef("-time %g: a factor is 0.05 to 100", o.config.Factor)
	}
	if !c.IsSet("seed") {
		o.config.Seed = uint64(rand.Uint32())
	}
	var err error
	if o.config.Cases, err = conformance.Select([]protocol.App{protocol.Echo}, ""); err != nil {
		return o, err
	}
	l, err := target.Load(ctx, c.String("compose"))
	if err != nil {
		return o, err
	}
	found, err := l.Select(c.Args().Slice()[:1])
	if err != nil {
		return o, &usageError{err}
	}
	err = o.sides(found[0], c.Args().Tail())
	return o, err
}

// sides makes the three services of one: the same model under the same limits.
func (o *tryOptions) sides(s target.Service, flags []string) error {
	for i, name := range []string{try.Committed, try.Twin, try.Yours} {
		o.services[i] = s
		o.services[i].Name = name
	}
	o.services[2].Args = append(slices.Clone(s.Args), flags...)
	if o.local == "" {
		return nil
	}
	local, err := filepath.Abs(o.local)
	if err != nil {
		return err
	}
	base, err := filepath.Abs(o.base)
	if err != nil {
		return err
	}
	way, err := filepath.Rel(local, base) // programs are found from the meter's folder, of which there is one
	if err != nil {
		return err
	}
	o.services[0].Program = filepath.Join(way, s.Program)
	o.services[1].Program = o.services[0].Program
	return nil
}

func (o tryOptions) runLocal(ctx context.Context) error {
	choice, pinned := pin.Done()
	if !pinned {
		return executeAnew(true, configuredCPUs(o.services[:]))
	}
	fleet, network, err := startLocal(o.local, o.services[:])
	if err != nil {
		return err
	}
	defer fleet.Close()
	o.config.Problem, o.config.Network = fleet.Problem, network.String()
	return o.run(ctx, fleet.Targets(), choice)
}

func (o tryOptions) runInDocker(ctx context.Context) error {
	targets, err := inDocker(ctx, o.services[:])
	if err != nil {
		return err
	}
	choice, pinned := pin.Done()
	if !pinned {
		return executeAnew(false, foundCPUs(ctx, targets))
	}
	o.config.Network = "the containers' bridge network"
	return o.run(ctx, targets, choice)
}

func (o tryOptions) run(ctx context.Context, targets []target.Target, choice pin.Choice) error {
	o.config.Committed, o.config.Twin, o.config.Yours = targets[0], targets[1], targets[2]
	o.config.Pinning = choice
	return try.Run(ctx, o.config)
}
