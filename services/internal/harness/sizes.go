package harness

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"c10klab/services/protocol"
)

// A model's own flags: main calls what it needs of these before Main, which
// parses them with the flags that all services share. Each has one name, one
// default and one meaning in all models.
var (
	flags  = flag.NewFlagSet("", flag.ContinueOnError)
	checks []func() error
)

// Pool registers -pool: how many threads or processes serve, 1 to 10,000.
func Pool() *int {
	return size("pool", protocol.Pool, 1, 10_000, "how many threads or processes serve: a `number`")
}

// Queue registers -queue: how many accepted connections wait for a thread of the pool, 1 to 100,000.
func Queue() *int {
	return size("queue", protocol.Queue, 1, 100_000, "how many accepted connections wait for a thread of the pool: a `number`")
}

// Admit registers -admit: beyond how many that wait a further client, or request, is refused; 0 refuses none.
func Admit() *int {
	return size("admit", 0, 0, 1_000_000, "refuse beyond this `number` that wait for the pool; 0 refuses none")
}

// Workers registers -workers: how many loops there are, 1 to 1,024; one for each CPU that the process may use.
func Workers() *int {
	return size("workers", runtime.NumCPU(), 1, 1024, "how many loops there are, each in a thread: a `number`")
}

// Procs registers -procs: on how many CPUs at a time the runtime may run goroutines, 1 to 1,024.
func Procs() *int {
	return size("procs", runtime.NumCPU(), 1, 1024, "GOMAXPROCS: on how many CPUs at a time goroutines run, a `number`")
}

// Poll registers -poll: how often the server looks around by the clock, 1 ms to 1 minute.
func Poll() *time.Duration {
	d := flags.Duration("poll", protocol.Poll, "look around every so often, a `time`")
	checks = append(checks, func() error {
		if *d < time.Millisecond || *d > time.Minute {
			return fmt.Errorf("-poll: %v is not within 1ms and 1m", *d)
		}
		return nil
	})
	return d
}

// Choice registers a flag that takes one of a few words; the first is the default.
func Choice(name, usage string, words ...string) *string {
	v := flags.String(name, words[0], usage+": `"+strings.Join(words, "|")+"`")
	checks = append(checks, func() error {
		if !slices.Contains(words, *v) {
			return fmt.Errorf("-%s: %q is none of %s", name, *v, strings.Join(words, ", "))
		}
		return nil
	})
	return v
}

// Listen registers -listen, for a model of several loops: each has its own
// listening sockets (reuseport), or all have the same (shared). ListenersOf then gives a loop its own.
func Listen() *string {
	listenMode = Choice("listen", "one set of listening sockets for each loop, or one for all", "reuseport", "shared")
	return listenMode
}

var listenMode *string

// reusePort reports whether each loop has listening sockets of its own.
func reusePort() bool { return listenMode != nil && *listenMode == "reuseport" }

// Switch registers a flag that is off unless given.
func Switch(name, usage string) *bool { return flags.Bool(name, false, usage) }

func size(name string, value, least, most int, usage string) *int {
	v := flags.Int(name, value, usage)
	checks = append(checks, func() error {
		if *v < least || *v > most {
			return fmt.Errorf("-%s: %d is not within %d and %d", name, *v, least, most)
		}
		return nil
	})
	return v
}
