// Package wire brings the interactive clients to a server: from what a person
// types to an address, from there to a connection, and from a failure to a
// sentence that says what to do about it.
package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"c10klab/services/protocol"
)

// dialTime is how long a connection may take: on a local network a second is long.
const dialTime = 5 * time.Second

// Place is one application of one server.
type Place struct {
	Model string       // the model's name; empty where an address was given
	App   protocol.App // what is spoken there
	Addr  string       // host:port
	meter string       // base URL of its meter; empty where none is known
}

// Options say where a model is that has no name in the network.
type Options struct {
	Host string // instead of MODEL.data
	Port int    // instead of the application's own; 0: that
}

// Locate reads what was typed for a server: a model's name ("epoll"), or an
// address ("127.0.0.1:7007", "tcp://127.0.0.1:7007").
func Locate(server string, app protocol.App, o Options) (Place, error) {
	p := Place{Model: server, App: app}
	if strings.Contains(server, ":") {
		if o != (Options{}) {
			return p, fmt.Errorf("%q is an address already: -host and -port are for a model's name", server)
		}
		addr, err := address(server)
		return Place{App: app, Addr: addr}, err
	}
	if server == "" || strings.ContainsAny(server, "/ \t") {
		return p, fmt.Errorf("%q is neither a model's name nor host:port", server)
	}
	port := o.Port
	if port == 0 {
		port = app.Port()
	}
	if port < 1 || port > 65535 {
		return p, fmt.Errorf("-port %d: a port is a number from 1 to 65535", port)
	}
	switch {
	case o.Host != "":
	case o.Port != 0:
		o.Host = "127.0.0.1"
	default:
		o.Host = server + ".data"
		p.meter = fmt.Sprintf("http://%s.control:%d", server, protocol.ControlPort)
	}
	p.Addr = net.JoinHostPort(o.Host, strconv.Itoa(port))
	return p, nil
}

// address reads host:port, with or without tcp:// before it.
func address(server string) (string, error) {
	if strings.Contains(server, "://") {
		u, err := url.Parse(server)
		if err != nil || u.Scheme != "tcp" || u.Path != "" {
			return "", fmt.Errorf("%q: an address is tcp://host:port or host:port", server)
		}
		server = u.Host
	}
	host, port, err := net.SplitHostPort(server)
	n, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil || n == 0 || host == "" {
		return "", fmt.Errorf("%q: an address is tcp://host:port or host:port, with a port from 1 to 65535", server)
	}
	return server, nil
}

// String names the place for a person.
func (p Place) String() string {
	if p.Model == "" {
		return p.Addr
	}
	return fmt.Sprintf("%s of %s (%s)", p.App, p.Model, p.Addr)
}

// Dial connects. Its errors say what to do.
func (p Place) Dial(ctx context.Context) (*net.TCPConn, error) {
	d := net.Dialer{Timeout: dialTime}
	conn, err := d.DialContext(ctx, "tcp", p.Addr)
	if err != nil {
		return nil, p.explain(err)
	}
	return conn.(*net.TCPConn), nil
}

func (p Place) explain(err error) error {
	host, _, _ := net.SplitHostPort(p.Addr)
	var dns *net.DNSError
	var slow net.Error
	switch {
	case errors.As(err, &dns) && p.meter != "":
		return fmt.Errorf("no host %s: a model's name is known among the containers alone (docker compose run --rm chat ...); elsewhere give -host and -port, or host:port, as make play prints them", host)
	case errors.As(err, &dns):
		return fmt.Errorf("no host %s: %s", host, dns.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens at %s (ECONNREFUSED): is the server up, and is that its port?", p.Addr)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("connecting to %s: no descriptor left in this process (EMFILE): see ulimit -n", p.Addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("connecting to %s: no port left on this side (EADDRNOTAVAIL): see net.ipv4.ip_local_port_range", p.Addr)
	case errors.As(err, &slow) && slow.Timeout():
		return fmt.Errorf("no connection to %s within %v", p.Addr, dialTime)
	}
	return fmt.Errorf("connecting to %s: %w", p.Addr, err)
}
