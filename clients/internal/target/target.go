// Package target knows the services of the comparison: which there are
// (compose.yaml is the only list), where each is reached, and under which
// limits each was put.
package target

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"c10klab/services/protocol"
)

// Reference is the model that every other is paired with.
const Reference = "epoll"

// Limits are what compose.yaml puts a service under. A zero value or an empty
// string means that the file sets no such limit.
type Limits struct {
	CPUs      string `json:"cpus,omitempty"`         // a CPU list such as "0" or "0,2-3"
	Memory    int64  `json:"memory_bytes,omitempty"` //
	MemSwap   int64  `json:"memswap_bytes,omitempty"`
	PIDs      int64  `json:"pids,omitempty"`
	NoFile    int    `json:"nofile,omitempty"`
	Somaxconn int    `json:"somaxconn,omitempty"`
}

// Service is one service as compose.yaml describes it.
type Service struct {
	Name   string `json:"name"`             // its name in compose.yaml
	Model  string `json:"model"`            // label lab.model, or lab.twin for a twin
	Family string `json:"family,omitempty"` // label lab.family
	Title  string `json:"title,omitempty"`  // label lab.title
	Twin   bool   `json:"twin,omitempty"`   // a second process of a model, from which a run's noise is learnt
	// Yardstick is the model whose mechanism this program in C has; empty: it is none. Its Model is its own name.
	Yardstick string `json:"yardstick,omitempty"`
	// Path is the way on which this service, the reference's program once more, is reached: published, host or loopback. Empty:
	// the bridge, as all others. Its Model is its own name; Address is host:port of its only application, Meter its meter's.
	Path    string   `json:"path,omitempty"`
	Address string   `json:"address,omitempty"`
	Meter   string   `json:"meter,omitempty"`
	Speaks  []string `json:"apps,omitempty"` // the applications that it speaks; none: all
	Image   string   `json:"image,omitempty"`
	Program string   `json:"program,omitempty"` // the binary: the image's build argument MODEL, or else the model's name
	Args    []string `json:"args,omitempty"`    // of its command line, after the program
	Limits  Limits   `json:"limits"`
}

// Mechanism is the model whose nature the service has: its own, the one that it is the yardstick of, or the reference's.
func (s Service) Mechanism() string {
	switch {
	case s.Yardstick != "":
		return s.Yardstick
	case s.Path != "":
		return Reference
	}
	return s.Model
}

// Apps are the applications that the service speaks.
func (s Service) Apps() []protocol.App {
	if apps, err := protocol.ParseApps(strings.Join(s.Speaks, ",")); err == nil && len(s.Speaks) > 0 {
		return apps
	}
	return protocol.Apps()
}

// Target is a service that can be talked to.
type Target struct {
	Service
	Control string         // the meter's base address, such as "http://epoll.control:9100"
	Host    string         // where the applications listen: a name or an IP address
	Ports   protocol.Ports // nil: the protocol's own
}

// Addr returns host:port of one application.
func (t Target) Addr(app protocol.App) string {
	port := app.Port()
	if p, ok := t.Ports[app.String()]; ok {
		port = p
	}
	return net.JoinHostPort(t.Host, strconv.Itoa(port))
}

// InDocker returns the target that compose's networks give to a service: the
// meter on the control network, the applications on the data network. The bare
// service name would resolve to either of them. One that is reached on another
// way says itself where.
func InDocker(s Service) Target {
	if s.Path != "" {
		return onItsWay(s)
	}
	return Target{
		Service: s,
		Control: fmt.Sprintf("http://%s.control:%d", s.Name, protocol.ControlPort),
		Host:    s.Name + ".data",
	}
}

// ParseAddress reads tcp://host:port, the address of a single application.
func ParseAddress(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", fmt.Errorf("address %q: %w", s, err)
	}
	switch port, err := strconv.Atoi(u.Port()); {
	case u.Scheme != "tcp":
		return "", fmt.Errorf("address %q: want tcp://host:port", s)
	case u.Hostname() == "" || u.Port() == "":
		return "", fmt.Errorf("address %q: want tcp://host:port, and host and port are both needed", s)
	case err != nil || port < 1 || port > 65535:
		return "", fmt.Errorf("address %q: a port is 1 to 65535", s)
	case u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "":
		return "", fmt.Errorf("address %q: want tcp://host:port and nothing more", s)
	}
	return u.Host, nil
}

// List is what compose.yaml holds, in the order in which the models are told.
type List struct {
	File       string
	Services   []Service // the models, twins left out
	Twins      []Service
	Yardsticks []Service // programs in C of some of the models' mechanisms; up only where they were asked for
	Paths      []Service // the reference on other ways than the bridge; up only where they were asked for
}

// Names returns the models' service names.
func (l *List) Names() []string {
	names := make([]string, len(l.Services))
	for i, s := range l.Services {
		names[i] = s.Name
	}
	return names
}

// All returns the models and the twins.
func (l *List) All() []Service { return append(slices.Clone(l.Services), l.Twins...) }

// YardsticksOf returns the yardsticks of these models' mechanisms.
func (l *List) YardsticksOf(services []Service) (out []Service) {
	for _, y := range l.Yardsticks {
		if slices.ContainsFunc(services, func(s Service) bool { return s.Model == y.Yardstick }) {
			out = append(out, y)
		}
	}
	return out
}

// Select returns the services of these names, in the list's order; no names means all.
func (l *List) Select(names []string) ([]Service, error) {
	if len(names) == 0 {
		return slices.Clone(l.Services), nil
	}
	for _, n := range names {
		if !slices.Contains(l.Names(), n) {
			return nil, fmt.Errorf("no model %q in %s: choose from %s", n, l.File, strings.Join(l.Names(), ", "))
		}
	}
	var out []Service
	for _, s := range l.Services {
		if slices.Contains(names, s.Name) {
			out = append(out, s)
		}
	}
	return out, nil
}

// SelectAny returns the models of these names and the yardsticks of these names, in the list's order.
func (l *List) SelectAny(names []string) (models, yardsticks []Service, err error) {
	for _, y := range l.Yardsticks {
		if slices.Contains(names, y.Name) {
			yardsticks = append(yardsticks, y)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return slices.ContainsFunc(yardsticks, func(y Service) bool { return y.Name == n })
	})
	if len(rest) > 0 { // no names would be all models
		models, err = l.Select(rest)
	}
	return models, yardsticks, err
}

// Find returns the model or twin of that service name.
func (l *List) Find(name string) (Service, bool) {
	for _, s := range l.All() {
		if s.Name == name {
			return s, true
		}
	}
	return Service{}, false
}
