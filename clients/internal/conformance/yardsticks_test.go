package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/local"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// The yardsticks of compose.yaml run under the meter as the services do, and pass what goes before every measurement, as
// the models whose mechanisms they have.
func TestYardsticks(t *testing.T) {
	if !slices.ContainsFunc([]string{"cc", "gcc", "clang"}, func(cc string) bool { _, err := exec.LookPath(cc); return err == nil }) {
		t.Skip("there is no C compiler on this machine, so there are no yardsticks")
	}
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "../../../tests/yardstick/build", dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, build())
	require.NoError(t, os.Symlink(filepath.Join(bin, "meter"), filepath.Join(dir, "meter")))
	list, err := target.Load(t.Context(), "../../../compose.yaml")
	require.NoError(t, err)
	services := slices.Clone(list.Yardsticks)
	for i := range services {
		services[i].Limits = target.Limits{} // the container's; a test is under none
	}
	fleet, err := local.Start(dir, services, local.Network{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fleet.Close() })
	for _, at := range fleet.Targets() {
		t.Run(at.Name, func(t *testing.T) { verifyYardstick(t, at) })
	}
}

func verifyYardstick(t *testing.T, at target.Target) {
	meter := control.New(at.Control)
	t.Cleanup(meter.Close)
	var state protocol.State
	require.Eventually(t, func() bool {
		h, err := meter.Health(t.Context())
		state = h.State
		return err == nil && state != protocol.Starting
	}, time.Minute, 5*time.Millisecond)
	if state == protocol.Unsupported {
		t.Skip("its mechanism is not there: io_uring, or liburing when it was built")
	}
	// A port that the last process had must be free for the next.
	for range 3 {
		_, err := meter.Restart(t.Context(), at.Apps(), nil, time.Minute)
		require.NoError(t, err)
	}
	cases, err := Select(at.Apps(), "")
	require.NoError(t, err)
	results := Run(t.Context(), Target{Name: at.Mechanism(), Addrs: map[protocol.App]string{protocol.Echo: at.Addr(protocol.Echo)}}, Quick(cases), nil)
	assert.NotEmpty(t, results)
	for _, r := range results {
		assert.NotEqual(t, Fail, r.Outcome, "%s (%s): %s\n%s", r.Case, r.Title, r.Reason, strings.Join(r.Transcript, "\n"))
	}
}
