package main

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"c10klab/clients/internal/engine"
)

// target is what is loaded.
type target struct {
	addr    string // host:port
	what    string // in words
	http    bool
	traffic engine.Traffic
	once    engine.Traffic // of visits, http: the connection ends with the reply
	read    engine.Traffic // of slow readers; zero: the engine's own
}

// parseTarget reads tcp://host:port, http://host[:port]/path, or host:port alone.
func parseTarget(text string, bytes int) (target, error) {
	if !strings.Contains(text, "://") {
		text = "tcp://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return target{}, fmt.Errorf("target %q: %w", text, err)
	}
	if u.Hostname() == "" {
		return target{}, fmt.Errorf("target %q: no host in it; write tcp://HOST:PORT or http://HOST/PATH", text)
	}
	switch u.Scheme {
	case "tcp":
		if u.Port() == "" {
			return target{}, fmt.Errorf("target %q: no port in it; echo has %s:7007 in every service of the lab", text, u.Host)
		}
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return target{}, fmt.Errorf("target %q: tcp has no path; is http:// meant?", text)
		}
		t := target{addr: u.Host, traffic: engine.Echo(bytes)}
		t.what = fmt.Sprintf("echo of %s at %s", plural(bytes, "byte"), t.addr)
		return t, nil
	case "http":
		t := target{addr: u.Host, http: true, what: "GET " + u.String()}
		if u.Port() == "" {
			t.addr = net.JoinHostPort(u.Hostname(), "80")
		}
		t.traffic = engine.Get(u.Host, u.RequestURI())
		t.once, t.read = engine.GetOnce(u.Host, u.RequestURI()), t.traffic
		return t, nil
	case "https":
		return target{}, fmt.Errorf("target %q: TLS is not spoken here; give the server's plain http:// address", text)
	}
	return target{}, fmt.Errorf("target %q: %s is not spoken here; choose tcp:// or http://", text, u.Scheme)
}
