// Load asks a server as fast as it answers, or at a rate of its own, over many
// connections, compares every reply and prints the rate and the response times.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/version"
)

const help = `load: asks a TCP or HTTP server and prints rate and response times.

  load [flags] TARGET

  tcp://HOST:PORT          an echo server: random bytes, different on each connection
                           and in each request, must come back as they are
  http://HOST[:PORT]/PATH  GET over connections that are kept alive; every reply must
                           have the first one's status and body

  -c N          connections (64)
  -d D          how long to measure (10s)
  -warm D       load before that, thrown away (1s)
  -bytes N      length of an echo request (64)
  -pipeline N   requests outstanding on each connection (1); with -rate, at most

  Without these each connection asks again as soon as it has its reply:
  -rate R       open loop: R requests per second in all, evenly spaced, whatever the
                server does; each connection has its share of them
  -poisson      with -rate: due at random times, as from people who don't know of each other
  -think D      closed loop: after each reply, pause for D before the next request
  -think-exp    with -think: pauses are exponentially distributed, D is their mean
  -seed N       of -poisson and -think-exp: the same seed, the same times (1)

  Other clients:
  -visits N     instead of connections that stay, N clients at a time that connect, ask
                once and leave by reset; the response time runs from the connect
  -slow N       beside what is measured, N clients that take a step of one byte at a time:
                half of them send their requests so, half ask for much and read so

  -timeout D    a reply later than this fails its connection (5s)
  -cpu N        pin the client to this CPU; put the server on another (-1: don't)
  -json         print one line of JSON, response times in nanoseconds

Flags may follow the target. Ctrl-C ends the measurement and prints what there is.
Exit status: 0; 1 when a connection failed or could not be made; 2 for a wrong
command line; 130 after Ctrl-C.

With -rate, the response time runs from when a request was due, the service time
from when it was sent. A request that is due while its connection has no room
(see -pipeline) waits in the client, so a server's stall is in the response time of all
that were due meanwhile; what has no reply at the end is counted as having waited
until then. Believe a percentile only if the client kept to the plan: sent at
least 0.99 of what was planned, and its own lateness, at that percentile, at most 5 us or a
tenth of it.

What it cannot tell: without -rate this is a closed loop, each connection waits for
its reply before it asks again. At saturation the response time is connections /
rate, a matter of arithmetic, so it ranks no servers by latency: for that use -c 1,
or -rate below capacity. Client and server on one machine also compete for its CPUs.
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
			&cli.FloatFlag{Name: "rate", Destination: &s.rate},
			&cli.BoolFlag{Name: "poisson", Destination: &s.poisson},
			&cli.DurationFlag{Name: "think", Destination: &s.think},
			&cli.BoolFlag{Name: "think-exp", Destination: &s.thinkExp},
			&cli.Uint64Flag{Name: "seed", Value: 1, Destination: &s.seed},
			&cli.IntFlag{Name: "visits", Destination: &s.visits},
			&cli.IntFlag{Name: "slow", Destination: &s.slow},
			&cli.DurationFlag{Name: "timeout", Value: 5 * time.Second, Destination: &s.timeout},
			&cli.IntFlag{Name: "cpu", Value: -1, Destination: &s.cpu},
			&cli.BoolFlag{Name: "json", Destination: &s.json},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.NArg() != 1 {
				return usageError{fmt.Errorf("exactly one target is needed, such as tcp://localhost:7007, not %d", c.NArg())}
			}
			if err := s.check(c.Args().First(), c.IsSet); err != nil {
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
	rate     float64
	poisson  bool
	think    time.Duration
	thinkExp bool
	seed     uint64
	visits   int
	slow     int
	timeout  time.Duration
	cpu      int
	json     bool
}

func (s *settings) check(text string, set func(flag string) bool) (err error) {
	if s.target, err = parseTarget(text, s.bytes); err != nil {
		return err
	}
	if s.target.http && set("bytes") {
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
	if err := s.checkOthers(set); err != nil {
		return err
	}
	return s.checkArrivals(set)
}

// checkOthers is for clients that don't stay, and for slow ones.
func (s *settings) checkOthers(set func(flag string) bool) error {
	if set("visits") {
		for _, flag := range []string{"c", "pipeline", "rate", "think"} {
			if set(flag) {
				return fmt.Errorf("-visits and -%s: choose one; a visit is a connection with one request, and the next begins when it ends", flag)
			}
		}
		if s.visits < 1 || s.visits > engine.MaxChurn {
			return fmt.Errorf("-visits %d: choose 1 to %d at a time", s.visits, engine.MaxChurn)
		}
	}
	if set("slow") && s.slow < 1 {
		return fmt.Errorf("-slow %d: at least one slow client", s.slow)
	}
	return nil
}

// checkArrivals finds flags that contradict each other, or mean nothing alone.
func (s *settings) checkArrivals(set func(flag string) bool) error {
	rate, think := set("rate"), set("think")
	switch {
	case rate && (think || s.thinkExp):
		return errors.New("-rate and -think: choose one; an open loop does not wait for replies, so it has no pause after them")
	case s.poisson && !rate:
		return errors.New("-poisson is how the requests of an open loop are spaced: give -rate, too")
	case s.thinkExp && !think:
		return errors.New("-think-exp is how pauses are distributed: give their mean by -think, too")
	case set("seed") && !s.poisson && !s.thinkExp:
		return errors.New("-seed is for -poisson and -think-exp: nothing else is random")
	case rate && !(s.rate > 0):
		return fmt.Errorf("-rate %v: choose more than 0 requests per second", s.rate)
	case think && s.think <= 0:
		return fmt.Errorf("-think %v: choose a pause longer than 0, or leave it out", s.think)
	}
	return nil
}

// arrivals are when the requests are due.
func (s *settings) arrivals() engine.Arrivals {
	switch {
	case s.poisson:
		return engine.Poisson(s.rate, s.seed)
	case s.rate > 0:
		return engine.Fixed(s.rate)
	case s.thinkExp:
		return engine.ThinkExp(s.think, s.seed)
	case s.think > 0:
		return engine.Think(s.think)
	}
	return engine.Closed()
}

// pace is how it asks, in words for the report's first line.
func (s *settings) pace() string {
	rate := strconv.FormatFloat(s.rate, 'f', -1, 64)
	switch {
	case s.poisson:
		return ", " + rate + " requests/s at random times"
	case s.rate > 0:
		return ", " + rate + " requests/s"
	case s.thinkExp:
		return fmt.Sprintf(", pauses of %v on average", s.think)
	case s.think > 0:
		return fmt.Sprintf(", pauses of %v", s.think)
	}
	return ""
}

// who says who asks, in words for the report's first line.
func (s *settings) who() string {
	text := plural(s.conns, "connection") + s.pace()
	if s.visits > 0 {
		text = plural(s.visits, "visit") + " at a time"
	}
	if s.slow > 0 {
		text += " beside " + plural(s.slow, "slow client")
	}
	return text
}

// load makes the connections, measures and prints.
func (s *settings) load(ctx context.Context, stdout, stderr io.Writer) error {
	e, err := engine.New(engine.Options{
		CPU: s.cpu, Traffic: s.traffic(), Arrivals: s.arrivals(), Pipeline: s.pipeline, Timeout: s.timeout,
	})
	if err != nil {
		return usageError{err}
	}
	defer e.Close()
	c, err := s.connect(ctx, e)
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	defer c.close()
	if !s.json {
		fmt.Fprintf(stdout, "%s, %s, %v after %v of warm-up\n", s.target.what, s.who(), s.measure, s.warm)
	}
	hide := show(stderr, c.replies, s.warm+s.measure)
	begin := time.Now()
	m, err := c.steady(ctx, s.warm, s.measure)
	hide()
	r := s.result(m)
	r.Slow = c.slow.told()
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
	case m.Errors.Total() > 0 || r.Slow != nil && r.Slow.Errors.Total() > 0:
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
