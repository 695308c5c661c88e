package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"c10klab/services/protocol"
)

// The test binary is also the meter, and the services that it stands in front
// of: the tests start it anew with one of these as its first argument.
const (
	asMeter   = "as-meter"
	asService = "as-service"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == asMeter {
		os.Args = append([]string{"meter"}, os.Args[2:]...)
		main()
		return
	}
	if len(os.Args) > 2 && os.Args[1] == asService {
		fake(os.Args[2], os.Args[3:])
		return
	}
	os.Exit(m.Run())
}

// fake is a service that behaves in one way, well or badly. With a backlog of
// exactly 3 it exits with that status instead, so that a restart can fail.
func fake(behaviour string, args []string) {
	f := flag.NewFlagSet("fake", flag.ExitOnError)
	list := f.String("apps", protocol.JoinApps(protocol.Apps()), "")
	host := f.String("host", "", "")
	ports := f.String("ports", "", "")
	backlog := f.Int("backlog", 0, "")
	_ = f.Parse(args)
	apps, err := protocol.ParseApps(*list)
	if err != nil {
		fail("%v", err)
	}
	at, err := parsePorts(*ports)
	if err != nil {
		fail("%v", err)
	}
	if *backlog == 3 {
		fmt.Fprintln(os.Stderr, "fake: a backlog of 3")
		os.Exit(3)
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM, syscall.SIGINT)
	prepare(behaviour, asked)
	if behaviour != "deaf" {
		for _, a := range apps {
			l, err := net.Listen("tcp", *host+":"+strconv.Itoa(at[a.String()]))
			if err != nil {
				fail("listen: %v", err)
			}
			if behaviour != "mute" {
				go echo(l)
			}
		}
	}
	fmt.Fprintf(os.Stderr, "fake: listening, %s\n", *list)
	<-asked
	fmt.Fprintln(os.Stderr, "fake: asked to end")
	if behaviour == "status" {
		os.Exit(7)
	}
}

// prepare does what is particular to the behaviour.
func prepare(behaviour string, asked chan os.Signal) {
	switch behaviour {
	case "serve", "deaf", "mute", "status", "child":
	case "family", "orphan":
		for range 2 {
			spawn(behaviour)
		}
	case "parent": // ends, and leaves a child behind that ends only when killed
		spawn("family")
		os.Exit(0)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
	case "chatty":
		line := strings.Repeat("x", 99) + "\n"
		for range 20_000 {
			_, _ = os.Stdout.WriteString(line)
		}
		_, _ = os.Stdout.WriteString(strings.Repeat("y", 1<<20))
	case "die":
		fmt.Fprintln(os.Stderr, "fake: nothing works")
		os.Exit(3)
	case "unsupported":
		fmt.Fprintln(os.Stderr, "fake: no such mechanism here")
		os.Exit(protocol.ExitUnsupported)
	case "crash":
		fmt.Fprintln(os.Stderr, "fake: crashing")
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	default:
		fail("no behaviour %q", behaviour)
	}
}

// spawn starts a shell that stays, or one that leaves an orphan behind.
func spawn(behaviour string) {
	script := "trap '' TERM; while :; do sleep 1000; done"
	if behaviour == "orphan" {
		script = "(sleep 0.05; exit 0) & exit 0"
	}
	cmd := exec.Command("/bin/sh", "-c", script)
	if err := cmd.Start(); err != nil {
		fail("start a child: %v", err)
	}
	if behaviour == "orphan" {
		_ = cmd.Wait()
	}
}

func echo(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = c.Close() }()
			_, _ = io.Copy(c, c)
		}()
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "fake: "+format+"\n", args...)
	os.Exit(1)
}
