package harness

import (
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"c10klab/services/protocol"
)

// parse reads the flags that all services share.
func (s *Server) parse(args []string) error {
	set := flag.NewFlagSet(s.name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	apps := set.String("apps", protocol.JoinApps(protocol.Apps()), "the `applications` to serve, separated by commas")
	ports := set.String("ports", "", "other `ports`, such as echo=4007,menu=0; 0 takes a free one")
	set.StringVar(&s.host, "host", "0.0.0.0", "the IP `address` to listen on")
	set.IntVar(&s.backlog, "backlog", 4096, "listen's `argument`; the kernel cuts it to net.core.somaxconn")
	set.DurationVar(&s.idle, "idle", 0, "close a conversation with nothing received for this `time`; 0 is never")
	set.BoolVar(&s.print, "print", false, "print every receive")
	err := set.Parse(args)
	if err == flag.ErrHelp {
		fmt.Fprintf(os.Stderr, "%s serves the lab's six applications.\n\nFlags:\n", s.name)
		set.SetOutput(os.Stderr)
		set.PrintDefaults()
		return err
	}
	if err == nil {
		err = s.check(set.Args(), *apps, *ports)
	}
	if err != nil {
		return fmt.Errorf("%s: %w (-h lists the flags)", s.name, err)
	}
	return nil
}

func (s *Server) check(rest []string, apps, ports string) (err error) {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	if s.apps, err = protocol.ParseApps(apps); err != nil {
		return fmt.Errorf("-apps: %w", err)
	}
	if s.ports, err = parsePorts(ports); err != nil {
		return fmt.Errorf("-ports: %w", err)
	}
	if _, err = netip.ParseAddr(s.host); err != nil {
		return fmt.Errorf("-host: not an IP address: %q", s.host)
	}
	if s.backlog < 1 {
		return fmt.Errorf("-backlog: %d is less than 1", s.backlog)
	}
	if s.idle < 0 || (s.idle > 0 && s.idle < time.Millisecond) {
		return fmt.Errorf("-idle: %v is neither 0 nor at least 1ms", s.idle)
	}
	return nil
}

// parsePorts reads overrides such as "echo=4007,menu=0" over the protocol's ports.
func parsePorts(list string) (map[protocol.App]int, error) {
	ports := map[protocol.App]int{}
	for _, app := range protocol.Apps() {
		ports[app] = app.Port()
	}
	if list == "" {
		return ports, nil
	}
	for _, item := range strings.Split(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		app, err := protocol.ParseApp(name)
		if err != nil {
			return nil, err
		}
		port, err := strconv.Atoi(value)
		if err != nil || port < 0 || port > 65535 {
			return nil, fmt.Errorf("%s=%s: a port is a number from 0 to 65535", name, value)
		}
		ports[app] = port
	}
	return ports, nil
}

func (s *Server) portList() string {
	list := make([]string, len(s.listeners))
	for i, l := range s.listeners {
		list[i] = fmt.Sprintf("%s %d", l.App, s.ports[l.App])
	}
	return strings.Join(list, ", ")
}
