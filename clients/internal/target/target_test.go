package target

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

const composeText = `
x-service: &service
  cpuset: "${LAB_CPUS:-0}"
  mem_limit: 1g
  memswap_limit: 1g
  pids_limit: 12000
  ulimits: {nofile: 20000}
  sysctls: {net.core.somaxconn: 4096}
services:
  thread:
    <<: *service
    image: t
    labels: {lab.model: thread, lab.family: blocking, lab.title: a thread each}
  epoll:
    <<: *service
    image: e
    command: [/service, -idle, 3s]
    labels: {lab.model: epoll, lab.family: readiness}
  epoll-twin:
    <<: *service
    image: e
    labels: {lab.twin: epoll}
  forkingserver:
    image: f
    build: {context: ., args: {MODEL: socketserver}}
    command: [/service, -mixin, forking]
    labels: {lab.model: forkingserver}
  forking-twin:
    image: f
    command: [/service, -mixin, forking]
    labels: {lab.twin: forkingserver}
  other:
    image: o
  c-fork:
    image: cf
    profiles: [yardstick]
    build: {context: ., args: {MODEL: c-fork}}
    command: [/service, -apps, echo]
    labels: {lab.yardstick: thread, lab.apps: echo}
  iterative:
    image: i
    labels: {lab.model: iterative}
`

func write(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "compose.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestLoad(t *testing.T) {
	t.Setenv("LAB_CPUS", "2-3")
	l, err := Load(context.Background(), write(t, composeText))
	require.NoError(t, err)
	assert.Equal(t, []string{"iterative", "thread", "forkingserver", "epoll"}, l.Names(), "in the order of telling")
	e, ok := l.Find("epoll")
	require.True(t, ok)
	assert.Equal(t, Limits{CPUs: "2-3", Memory: 1 << 30, MemSwap: 1 << 30, PIDs: 12000, NoFile: 20000, Somaxconn: 4096}, e.Limits)
	assert.Equal(t, []string{"-idle", "3s"}, e.Args)
	assert.Equal(t, "a thread each", l.Services[1].Title)
	require.Len(t, l.Twins, 2)
	assert.Equal(t, "epoll", l.Twins[0].Model)
	assert.True(t, l.Twins[0].Twin)
	assert.Len(t, l.All(), 6)
}

func TestYardsticksAreNoModels(t *testing.T) {
	l, err := Load(context.Background(), write(t, composeText))
	require.NoError(t, err)
	require.Len(t, l.Yardsticks, 1)
	y := l.Yardsticks[0]
	assert.NotContains(t, l.Names(), y.Name)
	assert.Equal(t, "c-fork", y.Model)
	assert.Equal(t, "c-fork", y.Program)
	assert.Equal(t, "thread", y.Mechanism())
	assert.Equal(t, []protocol.App{protocol.Echo}, y.Apps())
	assert.Equal(t, protocol.Apps(), l.Services[0].Apps())
	assert.Equal(t, "iterative", l.Services[0].Mechanism())
	assert.Len(t, l.YardsticksOf(l.Services), 1)
	assert.Empty(t, l.YardsticksOf(l.Services[:1]), "of the models that are asked for alone")
	_, err = l.Select([]string{"c-fork"})
	assert.ErrorContains(t, err, `no model "c-fork"`)
}

func TestServiceWhoseProgramHasAnotherName(t *testing.T) {
	l, err := Load(context.Background(), write(t, composeText))
	require.NoError(t, err)
	for name, want := range map[string]string{"epoll": "epoll", "epoll-twin": "epoll", "forkingserver": "socketserver", "forking-twin": "socketserver"} {
		s, ok := l.Find(name)
		require.True(t, ok)
		assert.Equal(t, want, s.Program, name)
	}
	s, _ := l.Find("forkingserver")
	assert.Equal(t, []string{"-mixin", "forking"}, s.Args)
}

func TestLoadOfThisCheckout(t *testing.T) {
	l, err := Load(context.Background(), "../../../compose.yaml")
	require.NoError(t, err)
	_, ok := l.Find(Reference)
	assert.True(t, ok)
	for _, s := range l.All() {
		assert.NotEmpty(t, s.Limits.CPUs, s.Name)
		assert.Positive(t, s.Limits.NoFile, s.Name)
	}
	for _, s := range l.Services {
		assert.NotEmpty(t, s.Family, s.Name)
		assert.NotEmpty(t, s.Title, s.Name)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unlabelled":    {"services: {a: {image: a}}", "no service is labelled lab.model"},
		"empty":         {"", "empty compose file"},
		"not YAML":      {"services: [", "yaml"},
		"both labels":   {"services: {a: {image: a, labels: {lab.model: a, lab.twin: b}}}", "service a: it has both labels"},
		"two natures":   {"services: {a: {image: a, labels: {lab.model: a, lab.yardstick: b}}}", "service a: it has the label lab.yardstick and another"},
		"no such app":   {"services: {a: {image: a, labels: {lab.model: a, lab.apps: ehco}}}", "label lab.apps: "},
		"odd somaxconn": {"services: {a: {image: a, labels: {lab.model: a}, sysctls: {net.core.somaxconn: many}}}", `net.core.somaxconn is "many"`},
	} {
		path := write(t, c.text)
		_, err := Load(context.Background(), path)
		assert.ErrorContains(t, err, c.want, name)
		assert.ErrorContains(t, err, path, name)
	}
	_, err := Load(context.Background(), "/nowhere/compose.yaml")
	assert.ErrorContains(t, err, "there is no such file")
	assert.ErrorContains(t, err, "-compose FILE")
}

func TestSelect(t *testing.T) {
	l, err := Load(context.Background(), write(t, composeText))
	require.NoError(t, err)
	some, err := l.Select([]string{"epoll", "iterative"})
	require.NoError(t, err)
	assert.Equal(t, "iterative", some[0].Name)
	assert.Equal(t, "epoll", some[1].Name)
	all, err := l.Select(nil)
	require.NoError(t, err)
	assert.Len(t, all, 4)
	_, err = l.Select([]string{"epol"})
	assert.ErrorContains(t, err, `no model "epol"`)
	assert.ErrorContains(t, err, "choose from iterative, thread, forkingserver, epoll")
}

func TestAddresses(t *testing.T) {
	d := InDocker(Service{Name: "epoll"})
	assert.Equal(t, "http://epoll.control:9100", d.Control)
	assert.Equal(t, "epoll.data:7007", d.Addr(protocol.Echo))
	d.Ports = protocol.Ports{"echo": 1234}
	assert.Equal(t, "epoll.data:1234", d.Addr(protocol.Echo))

	address, err := ParseAddress("tcp://[::1]:7007")
	require.NoError(t, err)
	assert.Equal(t, "[::1]:7007", address)
	for _, bad := range []string{"http://a:1", "tcp://a", "tcp://:1", "tcp://a:0", "tcp://a:99999", "tcp://a:1/x", "tcp://a:b", "tcp:a:1"} {
		_, err := ParseAddress(bad)
		assert.Error(t, err, bad)
	}
}
