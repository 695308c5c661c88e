package tests

import (
	"fmt"
	"strconv"
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
// meter and these applications can be reached from the test.
func start(t *testing.T, s types.ServiceConfig, apps ...protocol.App) *running {
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
		testcontainers.WithConfigModifier(func(c *container.Config) { c.User = s.User }),
		testcontainers.WithHostConfigModifier(limits(s)),
		testcontainers.WithExposedPorts(ports...),
		testcontainers.WithWaitStrategyAndDeadline(time.Minute, wait.ForHTTP("/healthz").WithPort(port(protocol.ControlPort))),
	)
	if r.container != nil {
		testcontainers.CleanupContainer(t, r.container, testcontainers.StopTimeout(0))
	}
	require.NoError(t, err, "starting %s: %s", s.Image, r.log(t))
	return r
}

// limits puts a container under what compose.yaml says of that service. (A
// modifier of one's own replaces that of testcontainers, which sets nothing that is needed here.)
func limits(s types.ServiceConfig) func(*container.HostConfig) {
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
		h.SecurityOpt = s.SecurityOpt
	}
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
