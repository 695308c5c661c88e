// Command meter stands in front of a service, in any language, as process 1 of
// its container or as a plain process: it starts the service, passes signals
// on, reaps orphans, ends as the service ended, and measures it from outside.
//
//	meter [flags] COMMAND [ARGS...]
//	meter -check
//
// Its exit status is the service's, or 128 and the signal that ended it; 2:
// flags that don't parse; 1: the meter itself failed; 126 or 127: COMMAND can't
// be executed or isn't there. A service that ends unasked does not end the
// meter, which answers for it.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"c10klab/services/meter/control"
)

func main() {
	logger := log.New(os.Stderr, "meter: ", 0)
	o, err := parse(os.Args[1:], os.Getenv("METER_LISTEN"), os.Stderr)
	if err != nil {
		if errors.Is(err, errHelp) {
			os.Exit(0)
		}
		logger.Print(err)
		os.Exit(2)
	}
	if o.check {
		os.Exit(check(o.listen))
	}
	os.Exit(run(o, logger))
}

func check(listen string) int {
	h, err := control.Check(listen)
	if h.State != "" {
		fmt.Println(h.State)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "meter: check: %v\n", err)
		if h.Message != "" {
			fmt.Fprintf(os.Stderr, "meter: the service: %s\n", h.Message)
		}
		return 1
	}
	return 0
}

func run(o options, logger *log.Logger) int {
	// The meter shares the service's CPU: one P, and a small heap, so that
	// memory figures of a shared cgroup don't swing with it.
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(50)

	asked := make(chan os.Signal, 2)
	signal.Notify(asked, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	// A log that nobody reads any more must not end the meter. Caught, not
	// ignored: what is ignored stays so in the service.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		logger.Printf("listen on %s (-listen, METER_LISTEN): %v", o.listen, err)
		return 1
	}
	defer func() { _ = listener.Close() }()

	service, meter, remove, err := o.assemble(logger)
	if err != nil {
		logger.Print(err)
		return 1
	}
	defer remove()
	if err := service.Start(); err != nil {
		logger.Print(err)
		return notExecuted(err)
	}
	api := &control.API{Service: service, Meter: meter, Log: logger}
	served := make(chan error, 1)
	go func() { served <- api.Server().Serve(listener) }()
	logger.Printf("listening on %s, CPU time from %s", listener.Addr(), meter.CPU.Source())

	select {
	case sig := <-asked:
		if sig == syscall.SIGHUP { // the terminal is gone
			sig = syscall.SIGTERM
		}
		return service.Shutdown(sig.(syscall.Signal), asked)
	case err := <-served:
		logger.Printf("serve on %s: %v", listener.Addr(), err)
		service.Shutdown(syscall.SIGTERM, asked)
		return 1
	}
}

func notExecuted(err error) int {
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return 127
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOEXEC), errors.Is(err, exec.ErrDot):
		return 126
	default:
		return 1
	}
}
