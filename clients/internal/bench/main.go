// Bench prints the figures that this project holds itself to: its epoll
// service beside a C server on the same mechanism, its load engine beside a C
// client and beside wrk, and the memory of an idle connection. It judges no
// run: a figure below its bar is printed as such, and the exit status stays 0.
//
// Server and client have a CPU each. What is compared is loaded in slices that
// alternate, in processes that are fresh in each round.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"c10klab/clients/internal/engine"
)

func main() {
	engine.WorkerMain()
	rounds := flag.Int("rounds", 6, "rounds of each figure, `N`; six give an interval of 97 %")
	only := flag.String("only", "", "measure only the figures whose name begins so, `NAME`: "+strings.Join(names(), ", "))
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *rounds, *only)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// experiment measures one or more figures at once, one value of each a round.
type experiment struct {
	name    string
	figures []figure
	once    func(b *bench) ([]float64, error)
}

func experiments() []experiment {
	list := []experiment{
		{"server-64", serverFigures(64), serverOnce(64)},
		{"server-1000", serverFigures(1000), serverOnce(1000)},
		{"server-10000", serverFigures(10_000), serverOnce(10_000)},
		{"engine-64", engineFigure(64, 0.95), engineOnce(64)},
		{"engine-1000", engineFigure(1000, 0.93), engineOnce(1000)},
		{"wrk", wrkFigure, wrkOnce},
		{"memory-epoll", memoryFigure("epoll", 0.3), memoryOnce("epoll")},
		{"memory-goroutine", memoryFigure("goroutine", 8), memoryOnce("goroutine")},
	}
	return list
}

func names() []string {
	var out []string
	for _, e := range experiments() {
		out = append(out, e.name)
	}
	return out
}

func chosen(only string) ([]experiment, error) {
	var out []experiment
	for _, e := range experiments() {
		if strings.HasPrefix(e.name, only) {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no figure's name begins with %q: choose from %s", only, strings.Join(names(), ", "))
	}
	return out, nil
}

func run(ctx context.Context, rounds int, only string) error {
	if rounds < 1 {
		return fmt.Errorf("-rounds %d: at least 1", rounds)
	}
	list, err := chosen(only)
	if err != nil {
		return err
	}
	b, err := newBench(ctx)
	if err != nil {
		return err
	}
	defer b.close()
	fmt.Printf("Server on CPU %d, client on CPU %d; medians of %d rounds, lowest to highest.\n\n", b.serverCPU, b.clientCPU, rounds)
	fmt.Println(header)
	for _, e := range list {
		if err := b.measure(e, rounds); err != nil {
			return err
		}
	}
	return nil
}

// measure prints the figures of one experiment. What cannot be measured here is
// said in its place; only an interruption ends the bench.
func (b *bench) measure(e experiment, rounds int) error {
	values := make([][]float64, len(e.figures))
	for round := range rounds {
		b.progress("%s: round %d of %d", e.name, round+1, rounds)
		got, err := e.once(b)
		b.progress("")
		if cause := context.Cause(b.ctx); cause != nil {
			return errors.New("interrupted")
		}
		if err != nil {
			for _, f := range e.figures {
				fmt.Println(f.missing(err))
			}
			return nil
		}
		for i, v := range got {
			values[i] = append(values[i], v)
		}
	}
	for i, f := range e.figures {
		fmt.Println(f.line(values[i]))
	}
	return nil
}
