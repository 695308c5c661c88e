package harness

import (
	"errors"
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

// parse reads the flags that all services share, and the model's own.
func (s *Server) parse(args []string) error {
	flags.SetOutput(io.Discard)
	apps := flags.String("apps", protocol.JoinApps(protocol.Apps()), "the `applications` to serve, separated by commas")
	ports := flags.String("ports", "", "other `ports`, such as echo=4007,menu=0; 0 takes a free one")
	flags.StringVar(&s.host, "host", "0.0.0.0", "the IP `address` to listen on")
	flags.IntVar(&s.backlog, "backlog", 4096, "listen's `argument`; the kernel cuts it to net.core.somaxconn")
	flags.DurationVar(&s.idle, "idle", 0, "close a conversation with nothing received for this `time`; 0 is never")
	flags.BoolVar(&s.print, "print", false, "print every receive")
	if s.args = args; s.kind == Processes || s.kindOf != nil {
		flags.StringVar(&s.role, "child", "", "internal: this process was started by its like, for this `role`")
	}
	err := flags.Parse(args)
	if err == flag.ErrHelp {
		fmt.Fprintf(os.Stderr, "%s serves the lab's six applications.\n\nFlags:\n", s.name)
		flags.SetOutput(os.Stderr)
		flags.PrintDefaults()
		return err
	}
	if err == nil {
		err = s.check(flags.Args(), *apps, *ports)
	}
	for _, check := range checks {
		if err == nil {
			err = check()
		}
	}
	if err == nil && s.kindOf != nil {
		err = s.decide()
	}
	if err != nil {
		return fmt.Errorf("%s: %w (-h lists the flags)", s.name, err)
	}
	return nil
}

// decide sets the kind that the model's own flags ask for.
func (s *Server) decide() error {
	if s.kind = s.kindOf(); s.Child() && s.kind != Processes {
		return errors.New("-child: this model has no child processes with these flags")
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
