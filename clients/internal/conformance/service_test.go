package conformance

import (
	"os/exec"
	"path/filepath"
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

// TestServices runs the whole suite against services of each kind: every case
// passes, and the only ones declared are those of the table. The tests of the
// images do so with all services.
func TestServices(t *testing.T) {
	for _, model := range []string{"goroutine", "epoll", "thread", "iterative"} {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			target := start(t, model, model)
			cases := Cases()
			if testing.Short() {
				cases, target.Visits = Quick(cases), 0
			}
			results := Run(t.Context(), target, cases, nil)
			assert.Len(t, results, len(cases))
			for _, r := range results {
				_, declared := declaredFor(model, r.Case)
				want := Pass
				if declared {
					want = Declared
				}
				assert.Equal(t, want, r.Outcome, "%s (%s): %s\n%s", r.Case, r.Title, r.Reason, strings.Join(r.Transcript, "\n"))
			}
		})
	}
}

// start builds services/PKG with these flags for go build, starts it as a process
// of this machine on free ports, its meter in front of it, and returns it when it
// listens. name is what the table of declarations knows it by.
func start(t *testing.T, name, pkg string, flags ...string) Target {
	t.Helper()
	dir := t.TempDir()
	build := func(pkg, binary string, flags ...string) {
		args := append(append([]string{"build"}, flags...), "-o", filepath.Join(dir, binary), "c10klab/services/"+pkg)
		out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
		require.NoError(t, err, "building services/%s: %s", pkg, out)
	}
	build(pkg, name, flags...)
	build("meter", "meter")
	fleet, err := local.Start(dir, []target.Service{{Name: filepath.Base(pkg), Model: name, Program: name}}, local.Network{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fleet.Close() })
	at := fleet.Targets()[0]
	meter := control.New(at.Control)
	t.Cleanup(meter.Close)
	require.Eventually(t, func() bool {
		h, err := meter.Health(t.Context())
		return err == nil && h.State == protocol.Serving
	}, time.Minute, 5*time.Millisecond, "%s never came up", pkg)
	server := Target{Name: name, Addrs: map[protocol.App]string{}, Control: Metered{meter, time.Minute}, Visits: 5000}
	for _, app := range protocol.Apps() {
		server.Addrs[app] = at.Addr(app)
	}
	return server
}
