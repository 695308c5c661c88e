package conformance

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// TestServices runs the whole suite against services of each kind: every case
// passes, and the only ones declared are those of the table.
func TestServices(t *testing.T) {
	for _, model := range []string{"goroutine", "epoll", "thread", "iterative"} {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			target, _ := start(t, model)
			cases := Cases()
			if testing.Short() {
				cases = Quick(cases)
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

// service runs one service as a process of this machine; it is the suite's
// Control, as the meter is in front of a container.
type service struct {
	binary string
	ports  map[protocol.App]int
	cmd    *exec.Cmd
}

// start builds a service and starts it on free ports.
func start(t *testing.T, model string) (Target, *service) {
	t.Helper()
	s := &service{binary: filepath.Join(t.TempDir(), model)}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", s.binary, "c10klab/services/"+model).CombinedOutput()
	require.NoError(t, err, "building services/%s: %s", model, out)
	t.Cleanup(func() {
		if s.cmd != nil {
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
	})
	require.NoError(t, s.Restart(t.Context(), protocol.Apps()))
	target := Target{Name: model, Addrs: map[protocol.App]string{}, Control: s}
	for app, port := range s.ports {
		target.Addrs[app] = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
	return target, s
}

var listening = regexp.MustCompile(`([a-z]+) ([0-9]+)`)

// Restart starts the service anew, on the ports that it had before, if any, and
// reads from its log that it listens.
func (s *service) Restart(ctx context.Context, apps []protocol.App, args ...string) error {
	if s.cmd != nil {
		if err := s.Stop(ctx); err != nil {
			return err
		}
	}
	var ports []string
	for _, app := range protocol.Apps() {
		ports = append(ports, fmt.Sprintf("%s=%d", app, s.ports[app]))
	}
	cmd := exec.Command(s.binary, append(args, "-host", "127.0.0.1", "-apps", protocol.JoinApps(apps), "-ports", strings.Join(ports, ","))...)
	log, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd = cmd
	lines := bufio.NewReader(log)
	line, err := lines.ReadString('\n')
	_, list, found := strings.Cut(line, "listening on 127.0.0.1: ")
	if !found {
		return fmt.Errorf("%s did not listen: %q, %v", s.binary, line, err)
	}
	go func() { _, _ = lines.WriteTo(os.Stderr) }()
	s.ports = map[protocol.App]int{}
	for _, m := range listening.FindAllStringSubmatch(list, -1) {
		app, err := protocol.ParseApp(m[1])
		if err != nil {
			return err
		}
		s.ports[app], _ = strconv.Atoi(m[2])
	}
	return nil
}

func (s *service) Stop(context.Context) error {
	if s.cmd == nil {
		return nil
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	err := s.cmd.Wait()
	s.cmd = nil
	return err
}

func (s *service) Metrics(context.Context) (map[string]float64, error) {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	return map[string]float64{protocol.MetricDescriptors: float64(len(list))}, err
}
