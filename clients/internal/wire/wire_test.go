package wire

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

func TestLocate(t *testing.T) {
	for _, c := range []struct {
		server string
		app    protocol.App
		o      Options
		addr   string
		meter  string
	}{
		{"epoll", protocol.Menu, Options{}, "epoll.data:8009", "http://epoll.control:9100"},
		{"epoll", protocol.Menu, Options{Host: "10.0.0.7"}, "10.0.0.7:8009", ""},
		{"epoll", protocol.Menu, Options{Port: 4007}, "127.0.0.1:4007", ""},
		{"epoll", protocol.Menu, Options{Host: "::1", Port: 4007}, "[::1]:4007", ""},
		{"localhost:4007", protocol.Echo, Options{}, "localhost:4007", ""},
		{"tcp://[::1]:4007", protocol.Echo, Options{}, "[::1]:4007", ""},
	} {
		p, err := Locate(c.server, c.app, c.o)
		require.NoError(t, err, c.server)
		assert.Equal(t, c.addr, p.Addr)
		assert.Equal(t, c.meter, p.meter)
	}
}

func TestLocateRefuses(t *testing.T) {
	for server, o := range map[string]Options{
		"":                  {},
		"two words":         {},
		"epoll":             {Port: 70000},
		"host:":             {},
		":80":               {},
		"host:0":            {},
		"host:http":         {},
		"http://host:80":    {},
		"tcp://host:80/dir": {},
		"host:80":           {Port: 80},
	} {
		_, err := Locate(server, protocol.Echo, o)
		assert.Error(t, err, "%q %+v", server, o)
	}
}

func TestDialExplains(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := l.Addr().String()
	require.NoError(t, l.Close())
	_, err = Place{Addr: closed}.Dial(t.Context())
	assert.ErrorContains(t, err, "nothing listens at "+closed)

	p, err := Locate("no-such-model", protocol.Echo, Options{})
	require.NoError(t, err)
	p.Addr = "no-such-model.invalid:7007" // a name that never exists (RFC 6761)
	_, err = p.Dial(t.Context())
	assert.ErrorContains(t, err, "no host no-such-model.invalid: a model's name is known among the containers alone")
}

func TestFree(t *testing.T) {
	for name, c := range map[string]struct {
		health protocol.Health
		want   string
	}{
		"serves all":    {protocol.Health{State: protocol.Serving, Apps: []string{"echo", "count", "menu", "page", "work", "wait"}}, ""},
		"is occupied":   {protocol.Health{State: protocol.Occupied, Apps: []string{"echo", "count", "menu", "page", "work", "wait"}, Lease: 3}, ""},
		"echo alone":    {protocol.Health{State: protocol.Serving, Apps: []string{"echo"}}, ""},
		"under a lease": {protocol.Health{State: protocol.Serving, Apps: []string{"echo"}, Lease: 3}, "serves echo alone meanwhile. Wait until the run has ended, or start one to play with:\n  make play MODEL=epoll"},
		"stopped":       {protocol.Health{State: protocol.Stopped, Lease: 3}, "epoll is being measured, and it is stopped meanwhile"},
		"died":          {protocol.Health{State: protocol.Died, Message: "SIGSEGV"}, "epoll does not run: SIGSEGV"},
	} {
		t.Run(name, func(t *testing.T) {
			meter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(c.health) }))
			t.Cleanup(meter.Close)
			err := Place{Model: "epoll", meter: meter.URL}.Free(t.Context())
			if c.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, c.want)
			}
		})
	}
	assert.NoError(t, Place{Model: "epoll", meter: "http://127.0.0.1:1"}.Free(t.Context()), "a meter out of reach forbids nothing")
}
