package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"c10klab/services/meter/proc"
	"c10klab/services/protocol"
)

// options are the command line.
type options struct {
	listen  string
	check   bool
	host    netip.Addr
	ports   protocol.Ports
	apps    []protocol.App
	command []string

	cpus   string
	nofile uint64
	memory int64
	pids   int
	cgroup string
}

var errHelp = flag.ErrHelp

// parse reads the command line; usage, when asked for, goes to w. listen is
// the value of METER_LISTEN.
func parse(args []string, listen string, w io.Writer) (options, error) {
	if listen == "" {
		listen = ":" + strconv.Itoa(protocol.ControlPort)
	}
	var o options
	var host, ports string
	f := flag.NewFlagSet("meter", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.listen, "listen", listen, "`address` of the meter; the environment's METER_LISTEN is the default")
	f.BoolVar(&o.check, "check", false, "ask the meter that runs at -listen how its service is; exit status 0: healthy")
	f.StringVar(&host, "host", "127.0.0.1", "`address` on which the service listens")
	f.StringVar(&ports, "ports", "", "`list` of the service's ports that differ from the usual, such as echo=7107,count=7109")
	f.StringVar(&o.cpus, "cpus", "", "CPUs to run on, such as 0 or 0-1, for the meter and the service")
	f.Uint64Var(&o.nofile, "nofile", 0, "limit of open descriptors, each for the meter and the service's processes")
	f.Int64Var(&o.memory, "memory", 0, "limit of memory in bytes, swap included; needs -cgroup")
	f.IntVar(&o.pids, "pids", 0, "limit of processes and threads; needs -cgroup")
	f.StringVar(&o.cgroup, "cgroup", "", "`name` of a cgroup to make for the service alone, removed at the end")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(w, "usage: meter [flags] COMMAND [ARGS...]\n       meter -check")
			f.SetOutput(w)
			f.PrintDefaults()
		}
		return o, err
	}
	o.command = f.Args()
	return o, o.finish(host, ports)
}

func (o *options) finish(host, ports string) error {
	if _, _, err := net.SplitHostPort(o.listen); err != nil {
		return fmt.Errorf("-listen %q is no address such as :9100 or name:9100: %w", o.listen, err)
	}
	if o.check {
		if len(o.command) > 0 {
			return fmt.Errorf("-check takes no command, got %s", strings.Join(o.command, " "))
		}
		return nil
	}
	if len(o.command) == 0 {
		return errors.New("no command: usage: meter [flags] COMMAND [ARGS...]")
	}
	if o.memory < 0 || o.pids < 0 {
		return errors.New("-memory and -pids take no negative number")
	}
	if o.cpus != "" {
		if _, err := proc.ParseCPUs(o.cpus); err != nil {
			return fmt.Errorf("-cpus: %w", err)
		}
	}
	var err error
	if o.host, err = parseHost(host); err != nil {
		return err
	}
	if o.ports, err = parsePorts(ports); err != nil {
		return err
	}
	o.apps, err = servedBy(o.command[1:])
	return err
}

func parseHost(host string) (netip.Addr, error) {
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return ip, fmt.Errorf("-host %q is no IP address", host)
	}
	switch ip {
	case netip.IPv4Unspecified():
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case netip.IPv6Unspecified():
		ip = netip.IPv6Loopback()
	}
	return ip, nil
}

// parsePorts reads "echo=7107,count=7109" over the usual ports.
func parsePorts(list string) (protocol.Ports, error) {
	ports := protocol.Ports{}
	for _, a := range protocol.Apps() {
		ports[a.String()] = a.Port()
	}
	if list == "" {
		return ports, nil
	}
	for _, pair := range strings.Split(list, ",") {
		name, number, _ := strings.Cut(pair, "=")
		a, err := protocol.ParseApp(strings.TrimSpace(name))
		if err != nil {
			return nil, fmt.Errorf("-ports: %w", err)
		}
		port, err := strconv.ParseUint(number, 10, 16)
		if err != nil || port == 0 {
			return nil, fmt.Errorf("-ports: %q is no application and port, such as echo=7107", pair)
		}
		ports[a.String()] = int(port)
	}
	return ports, nil
}

// servedBy finds the service's own -apps among its arguments; without it, it serves all.
func servedBy(args []string) ([]protocol.App, error) {
	apps := protocol.Apps()
	for i, arg := range args {
		name, value, given := strings.Cut(arg, "=")
		if name != "-apps" && name != "--apps" {
			continue
		}
		if !given && i+1 < len(args) {
			value = args[i+1]
		}
		var err error
		if apps, err = protocol.ParseApps(value); err != nil {
			return nil, fmt.Errorf("the service's -apps: %w", err)
		}
	}
	return apps, nil
}
