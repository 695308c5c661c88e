package target

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

const withPath = `
services:
  epoll: {image: e, labels: {lab.model: epoll}}
  epoll-published:
    image: e
    profiles: [hop]
    command: [/service, -apps, echo]
    cpuset: "1"
    labels: {lab.path: published, lab.apps: echo, lab.address: "${LAB_GATEWAY:-172.17.0.1}:17007"}
    environment: {METER_LISTEN: "epoll-published.control:9100"}
  epoll-loopback:
    image: e
    profiles: [hop]
    labels: {lab.path: loopback, lab.apps: echo, lab.address: "127.0.0.1:7007"}
    environment: {METER_LISTEN: "127.0.0.1:9100"}
    network_mode: "service:epoll"
`

func TestPathsAreNoModels(t *testing.T) {
	t.Setenv("LAB_GATEWAY", "10.1.2.3")
	l, err := Load(context.Background(), write(t, withPath))
	require.NoError(t, err)
	assert.Equal(t, []string{"epoll"}, l.Names())
	assert.Len(t, l.All(), 1, "nor twins")
	require.Len(t, l.Paths, 2)
	assert.Equal(t, Loopback, l.Paths[0].Path, "the cheapest first")
	p := l.Paths[1]
	assert.Equal(t, []string{"epoll-published", "epoll-published", "epoll", "epoll"}, []string{p.Name, p.Model, p.Program, p.Mechanism()})
	assert.Equal(t, "1", p.Limits.CPUs)
	assert.Equal(t, []string{"-apps", "echo"}, p.Args)
	assert.Equal(t, []protocol.App{protocol.Echo}, p.Apps())
	_, err = l.Select([]string{"epoll-published"})
	assert.ErrorContains(t, err, `no model "epoll-published"`)
}

func TestPathIsReachedWhereItSays(t *testing.T) {
	t.Setenv("LAB_GATEWAY", "10.1.2.3")
	l, err := Load(context.Background(), write(t, withPath))
	require.NoError(t, err)
	published := InDocker(l.Paths[1])
	assert.Equal(t, "10.1.2.3:17007", published.Addr(protocol.Echo))
	assert.Equal(t, "http://epoll-published.control:9100", published.Control)
	loopback := InDocker(l.Paths[0])
	assert.Equal(t, "127.0.0.1:7007", loopback.Addr(protocol.Echo))
	assert.Equal(t, "http://127.0.0.1:9100", loopback.Control)
}

func TestPathThatIsWrongIsSaid(t *testing.T) {
	const meter = "environment: {METER_LISTEN: 'a:1'}"
	for name, c := range map[string]struct{ labels, rest, want string }{
		"no such way":  {"lab.path: tunnel, lab.apps: echo, lab.address: '10.0.0.1:1'", meter, `label lab.path: no way "tunnel": choose from loopback, host, published`},
		"a model, too": {"lab.path: host, lab.model: a, lab.apps: echo, lab.address: '10.0.0.1:1'", meter, "it has the label lab.path and another"},
		"no address":   {"lab.path: host, lab.apps: echo", meter, `label lab.address: "" is no IP address and port`},
		"a name":       {"lab.path: host, lab.apps: echo, lab.address: 'there:1'", meter, `label lab.address: "there:1" is no IP address`},
		"no such port": {"lab.path: host, lab.apps: echo, lab.address: '10.0.0.1:0'", meter, "is no IP address and port"},
		"no meter":     {"lab.path: host, lab.apps: echo, lab.address: '10.0.0.1:1'", "read_only: true", `METER_LISTEN is "", want host:port`},
		"many apps":    {"lab.path: host, lab.address: '10.0.0.1:1'", meter, "label lab.apps: want the one application"},
	} {
		text := "services:\n  epoll: {image: e, labels: {lab.model: epoll}}\n  a:\n    image: a\n    labels: {" + c.labels + "}\n    " + c.rest + "\n"
		_, err := Load(context.Background(), write(t, text))
		assert.ErrorContains(t, err, "service a: ", name)
		assert.ErrorContains(t, err, c.want, name)
	}
}

// The paths of this checkout's file: one of each way, and what is on the host is on one address.
func TestPathsOfThisCheckout(t *testing.T) {
	t.Setenv("LAB_GATEWAY", "10.1.2.3")
	l, err := Load(context.Background(), "../../../compose.yaml")
	require.NoError(t, err)
	var found []string
	for _, p := range l.Paths {
		found = append(found, p.Path)
		host, _, err := net.SplitHostPort(p.Address)
		require.NoError(t, err)
		assert.Equal(t, map[bool]string{true: "127.0.0.1", false: "10.1.2.3"}[p.Path == Loopback], host)
		assert.NotEmpty(t, p.Title)
		assert.NotEmpty(t, p.Limits.CPUs)
	}
	assert.Equal(t, ways, found)
}
