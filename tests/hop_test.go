package tests

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/modules/compose"
	"github.com/testcontainers/testcontainers-go/wait"
)

// A path is the reference's image under the reference's limits. What it opens on the host is on one address, which is the label's.
func TestEveryPathIsLabelled(t *testing.T) {
	reference := project(t).Services["epoll"]
	gateway := os.Getenv("LAB_GATEWAY")
	if gateway == "" {
		gateway = "172.17.0.1"
	}
	ways := map[string]bool{}
	for _, s := range paths(t) {
		way, host := s.Labels[labelPath], strings.Split(s.Labels[labelAddress], ":")[0]
		ways[way] = true
		assert.Empty(t, s.Labels[labelModel]+s.Labels[labelTwin]+s.Labels[labelYardstick], "%s: a path is none of these", s.Name)
		assert.Equal(t, []string{"hop"}, s.Profiles, "%s: it runs where it was asked for", s.Name)
		assert.Equal(t, "epoll-"+way, s.Name)
		assert.Equal(t, reference.Image, s.Image, s.Name)
		assert.Equal(t, "echo", s.Labels[labelApps], s.Name)
		want, got := under(reference), under(s)
		if way == "host" { // they would be all the host's
			want.Sysctls = nil
			assert.Empty(t, got.Sysctls)
			got.Sysctls = nil
		}
		assert.Equal(t, want, got, s.Name)
		if way == "loopback" {
			assert.Equal(t, "127.0.0.1", host)
			continue
		}
		assert.Equal(t, gateway, host, "%s: no other interface", s.Name)
		for _, p := range s.Ports {
			assert.Equal(t, gateway, p.HostIP, s.Name)
		}
		assert.Equal(t, way == "published", len(s.Ports) == 1, s.Name)
		if way == "host" {
			assert.Contains(t, *s.Environment["METER_LISTEN"], gateway+":", "its meter can stop it")
		}
	}
	assert.Equal(t, map[string]bool{"published": true, "host": true, "loopback": true}, ways)
}

// The lab reaches epoll on every way, sees that each is what it says, and measures it beside the bridge.
func TestHop(t *testing.T) {
	docker := needDocker(t, project(t).Services["epoll"].Image, project(t).Services["lab"].Image)
	results := t.TempDir()
	changes := filepath.Join(t.TempDir(), "changes.yaml")
	require.NoError(t, os.WriteFile(changes, fmt.Appendf(nil, hopAlone, results), 0o644))
	environment := map[string]string{"LAB_GATEWAY": gateway(t, docker)}
	for _, name := range []string{"LAB_PUBLISHED_PORT", "LAB_HOST_PORT", "LAB_HOST_METER"} {
		environment[name] = freePort(t, environment["LAB_GATEWAY"])
	}

	name := projects + hops + runID
	stack, err := compose.NewDockerComposeWith(compose.StackIdentifier(name), compose.WithStackFiles(composeFile, changes), compose.WithProfiles("hop"))
	require.NoError(t, err)
	t.Cleanup(func() {
		gone(t, name, stack.Down(context.Background(), compose.RemoveOrphans(true), compose.RemoveVolumes(true)))
		assert.NoError(t, stack.Close())
	})
	up := compose.RunServices("lab", "epoll", "epoll-twin", "epoll-published", "epoll-host", "epoll-loopback")
	err = stack.WithOsEnv().WithEnv(environment).WaitForService("lab", wait.ForExit().WithExitTimeout(5*patience)).Up(t.Context(), up)
	require.NoError(t, err)
	lab, err := stack.ServiceContainer(t.Context(), "lab")
	require.NoError(t, err)
	log := (&running{container: lab}).log(t)
	t.Log(log)
	state, err := lab.State(t.Context())
	require.NoError(t, err)
	assert.Zero(t, state.ExitCode)

	m, lines := readRun(t, results)
	assert.True(t, m.Complete)
	assert.Empty(t, m.Absent)
	assert.Equal(t, []string{"hop"}, m.Plan.Experiments)
	measured := map[string]int{}
	for _, l := range lines {
		measured[l.Contender.Service]++
		assert.Contains(t, []string{"ok", "withheld"}, l.Outcome, "%s: %s", l.Model, l.Reason) // a busy machine may withhold
		assert.Equal(t, "epoll", l.Reference.Service)
		assert.Positive(t, l.Contender.Requests, l.Model)
		assert.Empty(t, l.Contender.Errors, l.Model)
	}
	want := map[string]int{"epoll-twin": 2}
	for _, s := range m.Services {
		if strings.Contains(s.Unsupported, "no proxy carries the published port") {
			continue // this engine has none
		}
		if strings.HasPrefix(s.Name, "epoll-") && !s.Twin {
			assert.Empty(t, s.Unsupported, s.Name)
			assert.Empty(t, s.Verified.Failed, s.Name)
			assert.Positive(t, s.Verified.Passed, "%s: it was verified before it was measured", s.Name)
			want[s.Name] = 2
		}
	}
	assert.Equal(t, want, measured, "1 connection and 64, on each way")
	for _, way := range []string{"loopback", "host", "bridge", "published"} {
		assert.Regexp(t, `(?m)^ `+way+` `, log, "its row in the table that the run ends with")
	}
}

// gateway is the address of the engine's own bridge on its host.
func gateway(t *testing.T, docker *testcontainers.DockerClient) string {
	found, err := docker.NetworkInspect(t.Context(), "bridge", client.NetworkInspectOptions{})
	require.NoError(t, err)
	require.NotEmpty(t, found.Network.IPAM.Config)
	if config := found.Network.IPAM.Config[0]; config.Gateway.IsValid() {
		return config.Gateway.String()
	}
	return found.Network.IPAM.Config[0].Subnet.Masked().Addr().Next().String() // the engine chose it, and tells no gateway
}

// freePort is one that nobody listens on now, if the engine runs on this machine; else it may be anyone's.
func freePort(t *testing.T, host string) string {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	require.NoError(t, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// hopAlone has the lab come up with what the experiment needs alone.
const hopAlone = `services:
  lab:
    command: [run, -models, epoll, -experiments, hop, -rounds, "1"]
    depends_on: !override [epoll, epoll-twin]
    volumes:
      - {type: bind, source: %q, target: /results}
`
