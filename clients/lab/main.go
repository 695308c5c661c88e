// Command lab compares the services: it verifies them, measures them beside the
// reference and shows what came out.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/kernelfacts"
	"c10klab/clients/internal/museum"
	"c10klab/clients/internal/switches"
	"c10klab/clients/internal/version"
)

// Exit statuses. A run that a signal ended has 128 and the signal's number.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	engine.WorkerMain()     // a worker of an engine is this program, executed again
	museum.ServerMain()     // and so is a server of the museum
	switches.ChildMain()    // and who takes part in a switch
	kernelfacts.ChildMain() // and who asks the kernel
	os.Exit(run(os.Args))
}

func run(args []string) int {
	ctx, ended := untilSignal()
	err := command().Run(ctx, args)
	if sig := ended(); sig != 0 && errors.Is(err, context.Canceled) {
		fmt.Fprintf(os.Stderr, "lab: %v: stopped; what was measured is kept\n", sig)
		return 128 + int(sig)
	}
	var status exitError
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "lab:", err)
		return exitUsage
	default:
		fmt.Fprintln(os.Stderr, "lab:", strings.ReplaceAll(err.Error(), "\n", "\nlab: "))
		return exitFailed
	}
}

// untilSignal returns a context that the first SIGINT or SIGTERM ends; the
// second kills as usual. ended returns the signal, or 0.
func untilSignal() (ctx context.Context, ended func() syscall.Signal) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	got := make(chan syscall.Signal, 1)
	go func() {
		s := <-signals
		signal.Stop(signals)
		got <- s.(syscall.Signal)
		cancel()
	}()
	return ctx, func() syscall.Signal {
		select {
		case s := <-got:
			return s
		default:
			return 0
		}
	}
}

// exitError ends the program with that status; all has been said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// usageError is a command line that can't be done.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// command is the whole command line.
func command() *cli.Command {
	stringify := cli.FlagStringer
	cli.FlagStringer = func(f cli.Flag) string { // as flags stand in every text here; two dashes do as well
		names, about, _ := strings.Cut(stringify(f), "\t")
		return strings.ReplaceAll(names, "--", "-") + "\t" + about
	}
	wrong := func(_ context.Context, _ *cli.Command, err error, _ bool) error { return &usageError{err} }
	c := &cli.Command{
		Name:  "lab",
		Usage: "compare every way to serve many clients at once",
		Description: "The services come from compose.yaml, by their label lab.model. Under\n" +
			"`docker compose up` the lab runs in a container beside them; without Docker it\n" +
			"starts them itself, as plain processes: lab run -local DIR.",
		Version:                         version.String(),
		EnableShellCompletion:           true,
		Suggest:                         true,
		OnUsageError:                    wrong,
		ExitErrHandler:                  func(context.Context, *cli.Command, error) {},
		Commands:                        []*cli.Command{runCommand(), verifyCommand(), listCommand(), reportCommand(), claimsCommand(), museumCommand(), checkCommand(), compareCommand(), mergeCommand(), tryCommand(), traceCommand(), demoCommand(), exerciseCommand()},
		ConfigureShellCompletionCommand: func(c *cli.Command) { c.Hidden = false },
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return usagef("no command %q: choose from run, verify, list, report, claims, compare, merge, museum, check, try, trace, demo, exercise", c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, sub := range c.Commands {
		sub.OnUsageError = wrong
	}
	return c
}
