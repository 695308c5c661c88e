package conformance

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/local"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// whole are services of each kind.
var whole = []string{"goroutine", "epoll", "thread", "iterative"}

// TestServices runs the whole suite against services of each kind: every case
// passes, and the only ones declared are those of the table. The tests of the
// images do so with all services.
func TestServices(t *testing.T) {
	for _, model := range whole {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			target := start(t, model, model)
			target.Visits = 5000
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

// bin is where build builds; TestMain makes the folder and takes it away.
var bin string

func TestMain(m *testing.M) {
	var err error
	if bin, err = os.MkdirTemp("", "c10klab-test-"); err != nil {
		panic(err)
	}
	flag.Parse()
	waitTogether()
	status := m.Run()
	_ = os.RemoveAll(bin)
	os.Exit(status)
}

// waitTogether lets two tests a CPU run at a time, unless -parallel says otherwise: most of them wait, for what shall not come.
func waitTogether() {
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	}
}

// build builds, in one go and once for all tests, the services that they start, the faulty ones among them, and the meter.
// The flags are those of the images and of make lab, so that nothing is compiled for these tests alone.
var build = sync.OnceValue(func() error {
	args := []string{"build", "-trimpath", "-ldflags=-s -w", "-tags", "faulty", "-o", bin + "/", "c10klab/services/internal/faulty/...", "c10klab/services/meter"}
	for _, model := range slices.Concat(slices.Collect(maps.Keys(faultless())), whole) {
		if pkg := "c10klab/services/" + model; !slices.Contains(args, pkg) {
			args = append(args, pkg)
		}
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the services: %w: %s", err, out)
	}
	return nil
})

// start starts a program of bin as a process of this machine on free ports, its meter in front of it, and returns it when
// it listens. model is what the table of declarations knows it by.
func start(t *testing.T, model, program string) Target {
	t.Helper()
	require.NoError(t, build())
	fleet, err := local.Start(bin, []target.Service{{Name: program, Model: model, Program: program}}, local.Network{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fleet.Close() })
	at := fleet.Targets()[0]
	meter := control.New(at.Control)
	t.Cleanup(meter.Close)
	require.Eventually(t, func() bool {
		h, err := meter.Health(t.Context())
		return err == nil && h.State == protocol.Serving
	}, time.Minute, 5*time.Millisecond, "%s never came up", program)
	server := Target{Name: model, Addrs: map[protocol.App]string{}, Control: Metered{meter, time.Minute}}
	for _, app := range protocol.Apps() {
		server.Addrs[app] = at.Addr(app)
	}
	return server
}
