package target

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"c10klab/services/protocol"
)

// The labels of a service that is the reference's program on another way.
const (
	LabelPath    = "lab.path"    // the way: published, host, loopback
	LabelAddress = "lab.address" // host:port, an IP address, at which the lab reaches its only application
)

// The ways on which a service is reached. All others are reached over the bridge between two containers.
const (
	Bridge    = "bridge"
	Published = "published" // a port that the engine publishes on the host: its proxy carries each byte
	Host      = "host"      // the server is in the host's network, the client in a container's
	Loopback  = "loopback"  // both are in one network namespace
)

// ways are from the cheapest to the dearest, as the field has it.
var ways = []string{Loopback, Host, Published}

// environmentMeter is the variable that tells a meter where to listen.
const environmentMeter = "METER_LISTEN"

// addPath adds the reference on another way. It speaks the application that its address is of, and no more.
func (l *List) addPath(c types.ServiceConfig) error {
	s := Service{
		Name: c.Name, Model: c.Name, Title: c.Labels[LabelTitle], Image: c.Image, Program: Reference,
		Path: c.Labels[LabelPath], Address: c.Labels[LabelAddress],
	}
	if c.Labels[LabelModel]+c.Labels[LabelTwin]+c.Labels[LabelYardstick] != "" {
		return fmt.Errorf("it has the label %s and another: a path is no model of the comparison, no twin and no yardstick", LabelPath)
	}
	if !slices.Contains(ways, s.Path) {
		return fmt.Errorf("label %s: no way %q: choose from %s", LabelPath, s.Path, strings.Join(ways, ", "))
	}
	if err := isAddress(s.Address); err != nil {
		return fmt.Errorf("label %s: %w", LabelAddress, err)
	}
	if listen := c.Environment[environmentMeter]; listen != nil {
		s.Meter = *listen
	}
	if _, _, err := net.SplitHostPort(s.Meter); err != nil {
		return fmt.Errorf("%s is %q, want host:port: it is where the lab asks its meter", environmentMeter, s.Meter)
	}
	if len(c.Command) > 1 {
		s.Args = c.Command[1:]
	}
	var err error
	if s.Limits, err = limits(c); err != nil {
		return err
	}
	if s.Speaks, err = speaks(c.Labels[LabelApps]); err != nil {
		return err
	}
	if len(s.Speaks) != 1 {
		return fmt.Errorf("label %s: want the one application that %s is of", LabelApps, LabelAddress)
	}
	l.Paths = append(l.Paths, s)
	return nil
}

// isAddress says what is wrong with an IP address and a port.
func isAddress(s string) error {
	host, port, err := net.SplitHostPort(s)
	n, notNumber := strconv.Atoi(port)
	if err != nil || net.ParseIP(host) == nil || notNumber != nil || n < 1 || n > 65535 {
		return fmt.Errorf("%q is no IP address and port, such as 172.17.0.1:17007", s)
	}
	return nil
}

// orderPaths puts them from the cheapest way to the dearest.
func (l *List) orderPaths() {
	slices.SortStableFunc(l.Paths, func(a, b Service) int {
		return slices.Index(ways, a.Path) - slices.Index(ways, b.Path)
	})
}

// onItsWay is where a path's service is reached; Load has looked at its address.
func onItsWay(s Service) Target {
	host, port, _ := net.SplitHostPort(s.Address)
	n, _ := strconv.Atoi(port)
	ports := protocol.Ports{}
	for _, app := range s.Apps() {
		ports[app.String()] = n
	}
	return Target{Service: s, Control: "http://" + s.Meter, Host: host, Ports: ports}
}
