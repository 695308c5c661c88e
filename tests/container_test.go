package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/network"
	"github.com/testcontainers/testcontainers-go/wait"

	"c10klab/services/protocol"
)

// running is one service in a container of its own, under the limits of
// compose.yaml, on a network that it shares with the clients a test starts.
type running struct {
	types.ServiceConfig
	container *testcontainers.DockerContainer
	network   *testcontainers.DockerNetwork
}

// start starts a service and returns when its meter says that it serves. The
// meter and these applications can be reached from the test. Where the machine
// refuses what the model is made of, the test is left out.
func start(t *testing.T, s types.ServiceConfig, apps ...protocol.App) *running {
	t.Helper()
	r := startUnder(t, s, limits(t, s), apps...)
	if health := r.state(t); health.State == protocol.Unsupported {
		t.Skip(health.Message)
	}
	return r
}

// startUnder starts a service under what under sets, and returns when its meter says that it serves, or can't.
func startUnder(t *testing.T, s types.ServiceConfig, under func(*container.HostConfig), apps ...protocol.App) *running {
	t.Helper()
	needDocker(t, s.Image)
	r := &running{ServiceConfig: s}
	var err error
	r.network, err = network.New(t.Context(), network.WithLabels(map[string]string{labelRun: runID}))
	if r.network != nil {
		testcontainers.CleanupNetwork(t, r.network)
	}
	require.NoError(t, err, "make test, or .ci/with-docker go test, tells testcontainers what it has to know of this machine")

	ports := []string{port(protocol.ControlPort)}
	for _, app := range apps {
		ports = append(ports, port(app.Port()))
	}
	r.container, err = testcontainers.Run(t.Context(), s.Image,
		testcontainers.WithLabels(map[string]string{labelRun: runID}),
		testcontainers.WithEnv(map[string]string{"METER_LISTEN": fmt.Sprintf("%s.control:%d", s.Name, protocol.ControlPort)}),
		network.WithNetwork([]string{s.Name + ".data", s.Name + ".control"}, r.network),
		testcontainers.WithConfigModifier(func(c *container.Config) {
			c.User = s.User
			if len(s.Command) > 0 {
				c.Cmd = []string(s.Command)
			}
		}),
		testcontainers.WithHostConfigModifier(under),
		testcontainers.WithExposedPorts(ports...),
		testcontainers.WithWaitStrategyAndDeadline(time.Minute, wait.ForHTTP("/healthz").WithPort(port(protocol.ControlPort)).
			WithStatusCodeMatcher(func(int) bool { return true }).WithResponseMatcher(decided)),
	)
	if r.container != nil {
		testcontainers.CleanupContainer(t, r.container, testcontainers.StopTimeout(0))
	}
	require.NoError(t, err, "starting %s: %s", s.Image, r.log(t))
	return r
}

// decided says whether a service is past its start, by its meter's answer.
func decided(answer io.Reader) bool {
	var health protocol.Health
	err := json.NewDecoder(answer).Decode(&health)
	return err == nil && slices.Contains([]protocol.State{protocol.Serving, protocol.Occupied, protocol.Unsupported}, health.State)
}

// limits puts a container under what compose.yaml says of that service. (A
// modifier of one's own replaces that of testcontainers, which sets nothing that is needed here.)
func limits(t *testing.T, s types.ServiceConfig) func(*container.HostConfig) {
	t.Helper()
	security := securityOpt(t, s)
	return func(h *container.HostConfig) {
		h.CpusetCpus = s.CPUSet
		h.Memory = int64(s.MemLimit)
		h.MemorySwap = int64(s.MemSwapLimit)
		if s.PidsLimit != 0 {
			h.PidsLimit = &s.PidsLimit
		}
		for name, u := range s.Ulimits {
			h.Ulimits = append(h.Ulimits, &container.Ulimit{
				Name: name, Soft: int64(max(u.Single, u.Soft)), Hard: int64(max(u.Single, u.Hard)),
			})
		}
		h.Sysctls = s.Sysctls
		h.ReadonlyRootfs = s.ReadOnly
		h.CapDrop, h.CapAdd = s.CapDrop, s.CapAdd
		h.SecurityOpt = security
	}
}

// securityOpt is what compose makes of the service's: the engine takes a seccomp profile's text, not its path.
func securityOpt(t *testing.T, s types.ServiceConfig) (opts []string) {
	t.Helper()
	for _, opt := range s.SecurityOpt {
		if path, found := seccompProfile(opt); found {
			opt = "seccomp=" + profile(t, path)
		}
		opts = append(opts, opt)
	}
	return opts
}

// seccompProfile returns the path in a security option that names a profile.
func seccompProfile(opt string) (path string, found bool) {
	path, found = strings.CutPrefix(opt, "seccomp")
	if !found || path == "" {
		return "", false
	}
	path = path[1:] // : or =
	return path, path != "unconfined"
}

// profile reads a file beside compose.yaml, on one line.
func profile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(composeFile), path))
	require.NoError(t, err)
	var line bytes.Buffer
	require.NoError(t, json.Compact(&line, text), path)
	return line.String()
}

// address returns where the test reaches a port of the container.
func (r *running) address(t *testing.T, number int) string {
	t.Helper()
	address, err := r.container.PortEndpoint(t.Context(), port(number), "")
	require.NoError(t, err)
	return address
}

// inspect returns what the engine says of the container.
func (r *running) inspect(t *testing.T) *container.InspectResponse {
	t.Helper()
	facts, err := r.container.Inspect(t.Context())
	require.NoError(t, err)
	return facts
}

func port(number int) string { return strconv.Itoa(number) + "/tcp" }
