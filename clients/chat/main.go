// Command chat talks to any service's any application, line by line.
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

const examples = `Each line that is typed is sent; what the server says is shown. Ctrl-D is the end of
file: the server may still answer. Ctrl-C leaves at once. Arrow keys move in the line
and through the lines before.

  chat epoll menu              the telephone menu of the model epoll
  chat epoll count             type; Ctrl-D shows how many bytes there were
  chat epoll wait              type milliseconds, such as 250
  chat epoll page              type a path, such as /, or POST /params name=you
  chat -raw epoll menu         send lines without their end, and see why that fails
  chat -port 4007 epoll echo   a model on this machine, as make play shows it
  chat 127.0.0.1:4007          any TCP server
  echo hi | chat epoll echo    a pipe's bytes are sent as they are, then the end of file`

// errUsage marks errors that are the command line's fault: exit status 2.
var errUsage = errors.New("see chat -help")

// errInterrupted is Ctrl-C: exit status 130, as a shell has it.
var errInterrupted = errors.New("interrupted")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the command, with the exit status as its result.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	err := command(in, out, errs).Run(ctx, args)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errInterrupted):
		return 130
	}
	fmt.Fprintln(errs, "chat:", err)
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

func command(in io.Reader, out, errs io.Writer) *cli.Command {
	return &cli.Command{
		Name:                  "chat",
		Usage:                 "talk to a server, line by line",
		ArgsUsage:             "MODEL APPLICATION | HOST:PORT [APPLICATION]",
		Description:           examples,
		Version:               version.String(),
		EnableShellCompletion: true,
		ShellComplete:         complete,
		HideHelpCommand:       true,
		Reader:                in,
		Writer:                out,
		ErrWriter:             errs,
		ExitErrHandler:        func(context.Context, *cli.Command, error) {},
		OnUsageError: func(_ context.Context, _ *cli.Command, err error, _ bool) error {
			return fmt.Errorf("%w (%w)", err, errUsage)
		},
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "host", Usage: "`ADDRESS` of the model, instead of MODEL.data in the containers' network", Sources: cli.EnvVars("LAB_HOST")},
			&cli.IntFlag{Name: "port", HideDefault: true, Usage: "`PORT` of the application there, instead of the application's own", Sources: cli.EnvVars("LAB_PORT")},
			&cli.BoolFlag{Name: "raw", Usage: "send lines without their end, and wait for an answer before the next"},
			&cli.DurationFlag{Name: "timeout", Value: 5 * time.Second, Usage: "with -raw: how long to wait for an answer"},
			&cli.StringFlag{Name: "history", Value: historyFile(), DefaultText: "c10klab-chat-history in the user's cache folder", Usage: "`FILE` that keeps the lines typed on a terminal; empty: none"},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			place, known, err := locate(cmd)
			if err != nil {
				return fmt.Errorf("%w (%w)", err, errUsage)
			}
			if err := place.Free(ctx); err != nil {
				return err
			}
			c := &chat{place: place, known: known, raw: cmd.Bool("raw"), timeout: cmd.Duration("timeout"), pages: pages{host: place.Addr}}
			if c.timeout <= 0 {
				return fmt.Errorf("-timeout %v: a time above 0 (%w)", c.timeout, errUsage)
			}
			if c.conn, err = place.Dial(ctx); err != nil {
				return err
			}
			defer c.conn.Close()
			if c.screen, err = newScreen(in, out, errs, cmd.String("history"), place); err != nil {
				return err
			}
			defer c.screen.close()
			return c.talk(ctx)
		},
	}
}

// locate reads the arguments. An address may stand without an application: then
// known is false, and lines are just lines.
func locate(cmd *cli.Command) (place wire.Place, known bool, err error) {
	args := cmd.Args()
	options := wire.Options{Host: cmd.String("host"), Port: cmd.Int("port")}
	switch args.Len() {
	case 1:
		place, err = wire.Locate(args.First(), protocol.Echo, options)
		if err == nil && place.Model != "" {
			err = fmt.Errorf("which application of %s? Choose from %s", place.Model, listed())
		}
		return place, false, err
	case 2:
		app, err := protocol.ParseApp(args.Get(1))
		if err != nil {
			return place, false, err
		}
		place, err = wire.Locate(args.First(), app, options)
		return place, true, err
	}
	return place, false, fmt.Errorf("expected a model and an application, or host:port, got %d arguments", args.Len())
}

func listed() string {
	var list string
	for i, app := range protocol.Apps() {
		if i > 0 {
			list += ", "
		}
		list += app.String()
	}
	return list
}

// complete offers the applications for the second argument.
func complete(_ context.Context, cmd *cli.Command) {
	if cmd.Args().Len() == 1 {
		for _, app := range protocol.Apps() {
			fmt.Fprintln(cmd.Root().Writer, app)
		}
	}
}
