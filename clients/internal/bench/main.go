// Bench prints the figures that this project holds itself to: its services
// beside programs in C and in plain Go on the same mechanism (tests/yardstick) and
// beside each other, its load engine beside a C client and beside wrk, and the memory of
// an idle connection. It judges no run: a figure below its bar is printed as such, and
// the exit status stays 0.
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
	"syscall"
	"time"

	"c10klab/clients/internal/engine"
)

func main() {
	engine.WorkerMain()
	rounds := flag.Int("rounds", 6, "rounds of each figure, `N`; six give an interval of 97 %")
	only := flag.String("only", "", "measure only the figures whose name this regular `EXPRESSION` finds, such as '^(select|poll)-' or memory")
	list := flag.Bool("list", false, "list the figures by name, with their bars, and measure nothing")
	flag.Usage = func() {
		fmt.Fprintf(os.Stderr, "bench measures this project's figures and prints them beside their bars.\n\nFlags:\n")
		flag.PrintDefaults()
		fmt.Fprintf(os.Stderr, "\nFigures:\n%s", listing(experiments()))
	}
	flag.Parse()
	if *list {
		fmt.Print(listing(experiments()))
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *rounds, *only)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
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
	fmt.Printf("Server on CPU %d, client on CPU %d; medians of %d rounds, lowest to highest.\n", b.serverCPU, b.clientCPU, rounds)
	fmt.Printf("A / B is A's figure divided by B's: services by their names, what is not ours by its language.\n\n")
	fmt.Println(header)
	var sum tally
	for i, e := range list {
		b.place = fmt.Sprintf("%d of %d, %s", i+1, len(list), e.name)
		if err := b.measure(e, rounds, &sum); err != nil {
			return err
		}
	}
	fmt.Printf("\n%s, in %v.\n", sum, time.Since(b.began).Round(time.Second))
	return nil
}

// measure prints the figures of one experiment. What cannot be measured here is
// said in its place; only an interruption ends the bench.
func (b *bench) measure(e experiment, rounds int, sum *tally) error {
	values := make([][]float64, len(e.figures))
	var shares []float64
	for round := range rounds {
		b.progress("%s: round %d of %d, %v since the start", b.place, round+1, rounds, time.Since(b.began).Round(time.Second))
		share, err := b.taken()
		var got []float64
		if err == nil {
			got, err = e.once(b)
		}
		b.progress("")
		if cause := context.Cause(b.ctx); cause != nil {
			return errors.New("interrupted")
		}
		if err != nil {
			for _, f := range e.figures {
				fmt.Println(f.missing(err))
				sum.missing++
			}
			return nil
		}
		shares = append(shares, share)
		for i, v := range got {
			values[i] = append(values[i], v)
		}
	}
	for i, f := range e.figures {
		said := ""
		if !f.steady {
			said = remark(shares)
		}
		fmt.Println(f.line(values[i]) + said)
		sum.add(f.reached(values[i]), said != "")
	}
	return nil
}
