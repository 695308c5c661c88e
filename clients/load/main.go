// Load asks a server as fast as it answers, over many connections, compares
// every reply and prints the rate and the response times.
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

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/version"
)

const help = `load: asks a TCP or HTTP server as fast as it answers and prints rate and response times.

  load [flags] TARGET

  tcp://HOST:PORT          an echo server: random bytes, different on each connection
                           and in each request, must come back as they are
  http://HOST[:PORT]/PATH  GET over connections that are kept alive; every reply must
                           have the first one's status and body

  -c N          connections, one request outstanding on each (64)
  -d D          how long to measure (10s)
  -warm D       load before that, thrown away (1s)
  -bytes N      length of an echo request (64)
  -pipeline N   requests outstanding on each connection (1)
  -timeout D    a reply later than this fails its connection (5s)
  -cpu N        pin the client to this CPU; put the server on another (-1: don't)
  -json         print one line of JSON, response times in nanoseconds

Flags may follow the target. Ctrl-C ends the measurement and prints what there is.
Exit status: 0; 1 when a connection failed or could not be made; 2 for a wrong
command line; 130 after Ctrl-C.

What it cannot tell: this is a closed loop, each connection waits for its reply
before it asks again. At saturation the response time is connections / rate, a
matter of arithmetic, so it ranks no servers by latency: for that use -c 1, or a
load at a fixed rate below capacity. Client and server on one machine also
compete for its CPUs.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	status := run(ctx, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is main with its surroundings as arguments; it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s := settings{}
	cmd := &cli.Command{
		Name:                          "load",
		CustomRootCommandHelpTemplate: help,
		Writer:                        stdout,
		ErrWriter:                     io.Discard, // this function says what is wrong, once
		Version:                       version.String(),
		EnableShellCompletion:         true,
		HideHelpCommand:               true,
		ExitErrHandler:                func(context.Context, *cli.Command, error) {},
		OnUsageError: func(_ context.Context, _ *cli.Command, err error, _ bool) error {
			return usageError{err}
		},
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "c", Value: 64, Destination: &s.conns},
			&cli.DurationFlag{Name: "d", Value: 10 * time.Second, Destination: &s.measure},
			&cli.DurationFlag{Name: "warm", Value: time.Second, Destination: &s.warm},
			&cli.IntFlag{Name: "bytes", Value: 64, Destination: &s.bytes},
			&cli.IntFlag{Name: "pipeline", Value: 1, Destination: &s.pipeline},
			&cli.DurationFlag{Name: "timeout", Value: 5 * time.Second, Destination: &s.timeout},
			&cli.IntFlag{Name: "cpu", Value: -1, Destination: &s.cpu},
			&cli.BoolFlag{Name: "json", Destination: &s.json},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.NArg() != 1 {
				return usageError{fmt.Errorf("exactly one target is needed, such as tcp://localhost:7007, not %d", c.NArg())}
			}
			if err := s.check(c.Args().First(), c.IsSet("bytes")); err != nil {
				return usageError{err}
			}
			return s.load(ctx, stdout, stderr)
		},
	}
	err := cmd.Run(ctx, args)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFailures): // the report has told them
		return 1
	case errors.Is(err, errInterrupted):
		return 130
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "load: %v (load -help lists what there is)\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "load: %v\n", err)
	return 1
}

var (
	errFailures    = errors.New("connections failed")
	errInterrupted = errors.New("interrupted")
)

type usageError struct{ error }

// settings are the command line.
type settings struct {
	target   target
	conns    int
	measure  time.Duration
	warm     time.Duration
	bytes    int
	pipeline int
	timeout  time.Duration
	cpu      int
	json     bool
}

func (s *settings) check(text string, bytesSet bool) (err error) {
	if s.target, err = parseTarget(text, s.bytes); err != nil {
		return err
	}
	if s.target.http && bytesSet {
		return fmt.Errorf("-bytes is the length of an echo request: it means nothing to %s", text)
	}
	if s.conns < 1 {
		return fmt.Errorf("-c %d: at least one connection", s.conns)
	}
	if s.measure <= 0 || s.warm < 0 || s.timeout <= 0 {
		return errors.New("-d and -timeout must be longer than 0, -warm may be 0")
	}
	if s.pipeline < 1 {
		return fmt.Errorf("-pipeline %d: at least one request", s.pipeline)
	}
	return nil
}

// load makes the connections, measures and prints.
func (s *settings) load(ctx context.Context, stdout, stderr io.Writer) error {
	e, err := engine.New(engine.Options{
		CPU: s.cpu, Traffic: s.target.traffic, Pipeline: s.pipeline, Timeout: s.timeout,
	})
	if err != nil {
		return usageError{err}
	}
	defer e.Close()
	g, err := e.Dial(ctx, s.target.addr, s.conns)
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	defer g.Close()
	if !s.json {
		fmt.Fprintf(stdout, "%s, %s, %v after %v of warm-up\n", s.target.what, plural(s.conns, "connection"), s.measure, s.warm)
	}
	hide := show(stderr, g, s.warm+s.measure)
	begin := time.Now()
	m, err := e.Steady(ctx, g, s.warm, s.measure)
	hide()
	r := s.result(m)
	r.Interrupted = ctx.Err() != nil
	if s.json {
		err = errors.Join(r.writeJSON(stdout), lost(m, err))
	} else {
		r.write(stdout)
		err = lost(m, err)
	}
	switch {
	case err != nil:
		return err
	case m.Errors.Total() > 0:
		return errFailures
	case r.Interrupted:
		fmt.Fprintf(stderr, "load: interrupted after %v\n", time.Since(begin).Round(10*time.Millisecond))
		return errInterrupted
	}
	return nil
}

// lost drops the engine's error where the report's errors have told it already.
func lost(m engine.Measured, err error) error {
	if m.Errors.Total() > 0 {
		return nil
	}
	return err
}
