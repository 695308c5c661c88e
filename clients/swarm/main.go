// Command swarm opens many connections to one server and sends a random number
// on each of them, once a second: the client that every tutorial on serving many
// clients ends with.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/version"
	"c10klab/clients/internal/wire"
	"c10klab/services/protocol"
)

const examples = `Each number is printed with its connection (#17 -> 4711). Ctrl-C ends the
conversations properly: each connection is half-closed, what the servers counted is
compared with what was sent, and a summary says how many connections were fine. A second
Ctrl-C leaves at once. It ends by itself after 10 minutes; -d sets another time.

  swarm -n 1000 epoll              a thousand connections, counted by the server
  swarm -n 1000 -app echo epoll    the same, each reply read and checked (#17 <- 4711 ok)
  swarm -n 5000 -quiet thread      a line a second instead of one for each number
  swarm -n 10 -port 4009 epoll     a model on this machine, as make play shows it
  swarm -n 10 127.0.0.1:4009       any server that counts bytes, or (-app echo) echoes
  swarm -n 20000 -stay thread      more than get in: how many are answered, how many wait

With -stay nobody need get in. The clients come at once, speak echo, and those that are
answered ask again every second; when nobody has got any further for 5 seconds, it says
how many stand where. They stay until Ctrl-C, ask a last time, and leave by a reset, which
keeps no port in TIME_WAIT. They take as many processes as their descriptors need. Exit
status 1 if a client that was answered once was not answered again.`

// errUsage marks errors that are the command line's fault: exit status 2.
var errUsage = errors.New("see swarm -help")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the next signal has its default effect: it ends the process
	status := run(ctx, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the command, with the exit status as its result.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	err := command(out, errs).Run(ctx, args)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errs, "swarm:", err)
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

func command(out, errs io.Writer) *cli.Command {
	return &cli.Command{
		Name:                  "swarm",
		Usage:                 "many connections to one server, a number on each once a second",
		ArgsUsage:             "MODEL | HOST:PORT",
		Description:           examples,
		Version:               version.String(),
		EnableShellCompletion: true,
		HideHelpCommand:       true,
		Writer:                out,
		ErrWriter:             errs,
		ExitErrHandler:        func(context.Context, *cli.Command, error) {},
		OnUsageError: func(_ context.Context, _ *cli.Command, err error, _ bool) error {
			return fmt.Errorf("%w (%w)", err, errUsage)
		},
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "n", Value: 10, Usage: "how many `CONNECTIONS`"},
			&cli.StringFlag{Name: "app", Value: "count", Usage: "`APPLICATION`: count (answers at the end) or echo (every reply is checked)"},
			&cli.DurationFlag{Name: "every", Value: time.Second, Usage: "`TIME` between two numbers on one connection"},
			&cli.DurationFlag{Name: "d", Value: 10 * time.Minute, Usage: "stop after this `TIME`"},
			&cli.BoolFlag{Name: "stay", Usage: "say how many get in and are answered, and stay, whoever does not"},
			&cli.BoolFlag{Name: "json", Usage: "with -stay: where they stand as a line of JSON, when they have settled and at the end"},
			&cli.BoolFlag{Name: "part", Hidden: true}, // a process of a swarm that takes several: its standard input's end is Ctrl-C
			&cli.BoolFlag{Name: "quiet", Usage: "print a line each second instead of every number"},
			&cli.Uint64Flag{Name: "seed", Usage: "`SEED` of the random numbers; 0: another each time"},
			&cli.StringFlag{Name: "host", Usage: "`ADDRESS` of the model, instead of MODEL.data in the containers' network", Sources: cli.EnvVars("LAB_HOST")},
			&cli.IntFlag{Name: "port", HideDefault: true, Usage: "`PORT` of the application there, instead of the application's own", Sources: cli.EnvVars("LAB_PORT")},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			s, err := newSwarm(cmd, out, errs)
			if err != nil {
				return fmt.Errorf("%w (%w)", err, errUsage)
			}
			if err := s.place.Free(ctx); err != nil {
				return err
			}
			if s.part {
				ctx = untilEOF(ctx)
			}
			if cmd.Bool("stay") {
				return s.stayAll(ctx)
			}
			if err := enoughDescriptors(s.n); err != nil {
				return err
			}
			return s.run(ctx)
		},
	}
}

// newSwarm reads the command line.
func newSwarm(cmd *cli.Command, out, errs io.Writer) (*swarm, error) {
	s := &swarm{
		n: cmd.Int("n"), every: cmd.Duration("every"), length: cmd.Duration("d"),
		quiet: cmd.Bool("quiet"), json: cmd.Bool("json"), part: cmd.Bool("part"), seed: cmd.Uint64("seed"), out: &lines{to: out}, errs: &lines{to: errs},
	}
	name, stay := cmd.String("app"), cmd.Bool("stay")
	if stay && !cmd.IsSet("app") {
		name = protocol.Echo.String()
	}
	app, err := protocol.ParseApp(name)
	switch {
	case err != nil || (app != protocol.Count && app != protocol.Echo):
		return nil, fmt.Errorf("-app %s: a swarm speaks count or echo", name)
	case stay && app != protocol.Echo:
		return nil, errors.New("-stay speaks echo: count answers nothing before the end")
	case s.json && !stay:
		return nil, errors.New("-json goes with -stay")
	case cmd.Args().Len() != 1:
		return nil, fmt.Errorf("expected a model or host:port, got %d arguments", cmd.Args().Len())
	case s.n < 1:
		return nil, fmt.Errorf("-n %d: at least 1 connection", s.n)
	case s.every < time.Millisecond:
		return nil, fmt.Errorf("-every %v: at least 1ms", s.every)
	case s.length <= 0:
		return nil, fmt.Errorf("-d %v: a time above 0", s.length)
	}
	s.place, err = wire.Locate(cmd.Args().First(), app, wire.Options{Host: cmd.String("host"), Port: cmd.Int("port")})
	return s, err
}
