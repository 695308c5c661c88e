package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// patience bounds how long a test waits for what must happen; nothing is held against it.
const patience = 30 * time.Second

// subject is a meter that runs, with a service behind it.
type subject struct {
	t      *testing.T
	cmd    *exec.Cmd
	listen string
	ports  protocol.Ports
	out    collected
	err    collected
	ended  chan struct{}
}

// collected holds what a process writes.
type collected struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *collected) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *collected) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// loopback is an address of this test process alone: a port that is free there
// stays free, whatever connections come and go on 127.0.0.1.
var loopback = fmt.Sprintf("127.77.%d.%d", os.Getpid()>>8&255, os.Getpid()&255)

// at is the address of a port there.
func at(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

// freePorts finds ports that nobody listens on, all different.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	out := make([]int, n)
	for i := range out {
		l, err := net.Listen("tcp", at(0))
		require.NoError(t, err)
		defer func() { _ = l.Close() }()
		out[i] = l.Addr().(*net.TCPAddr).Port
	}
	return out
}

// start starts a meter with these flags in front of a fake service.
func start(t *testing.T, behaviour string, flags ...string) *subject {
	t.Helper()
	free := freePorts(t, 7)
	ports := protocol.Ports{}
	var list []string
	for i, a := range protocol.Apps() {
		ports[a.String()] = free[i]
		list = append(list, fmt.Sprintf("%s=%d", a, free[i]))
	}
	all := strings.Join(list, ",")
	self, err := os.Executable()
	require.NoError(t, err)
	args := append([]string{"-listen", at(free[6]), "-host", loopback, "-ports", all}, flags...)
	s := launch(t, append(args, self, asService, behaviour, "-host", loopback, "-ports", all)...)
	s.listen, s.ports = args[1], ports
	s.until("the meter answers", func() bool {
		_, _, err := s.try(http.MethodGet, "/healthz")
		return err == nil || !s.running()
	})
	return s
}

// launch starts a meter with any command line.
func launch(t *testing.T, args ...string) *subject {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	s := &subject{t: t, cmd: exec.Command(self, append([]string{asMeter}, args...)...), ended: make(chan struct{})}
	// Under the race detector each process would sleep for a second at its end.
	s.cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.err
	s.cmd.WaitDelay = time.Second
	require.NoError(t, s.cmd.Start())
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		s.status()
		if t.Failed() {
			t.Logf("the meter's log:\n%.4000s", s.err.String())
		}
	})
	go func() {
		_ = s.cmd.Wait()
		close(s.ended)
	}()
	return s
}

func (s *subject) running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// status waits for the meter's end and returns its exit status.
func (s *subject) status() int {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		require.FailNow(s.t, "the meter did not end")
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *subject) signal(sig syscall.Signal) { require.NoError(s.t, s.cmd.Process.Signal(sig)) }

// until waits for a condition that must come true.
func (s *subject) until(what string, ok func() bool) {
	s.t.Helper()
	require.Eventually(s.t, ok, patience, 5*time.Millisecond, what)
}

func (s *subject) try(method, path string) (int, []byte, error) {
	request, err := http.NewRequest(method, "http://"+s.listen+path, nil)
	if err != nil {
		return 0, nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	return response.StatusCode, b, err
}

func (s *subject) get(path string, into any) int { return s.ask(http.MethodGet, path, into) }

// post operates and returns the state it leads to.
func (s *subject) post(path string) (int, protocol.Health) {
	s.t.Helper()
	var h protocol.Health
	return s.ask(http.MethodPost, path, &h), h
}

func (s *subject) ask(method, path string, into any) int {
	s.t.Helper()
	code, body, err := s.try(method, path)
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(body, into), "%s", body)
	return code
}

func (s *subject) health() (int, protocol.Health) {
	s.t.Helper()
	var h protocol.Health
	return s.get("/healthz", &h), h
}

// becomes waits for a state.
func (s *subject) becomes(state protocol.State) protocol.Health {
	s.t.Helper()
	var h protocol.Health
	s.until("the service becomes "+string(state), func() bool {
		_, h = s.health()
		return h.State == state
	})
	return h
}

func (s *subject) metrics(query string) map[string]*dto.MetricFamily {
	s.t.Helper()
	code, body, err := s.try(http.MethodGet, "/metrics"+query)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, code, "%s", body)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	require.NoError(s.t, err)
	return families
}

// value is the metric of that name whose labels have these values, in their order.
func (s *subject) value(families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	s.t.Helper()
	require.Contains(s.t, families, name)
next:
	for _, m := range families[name].GetMetric() {
		for i, want := range labels {
			if m.GetLabel()[i].GetValue() != want {
				continue next
			}
		}
		return m.GetGauge().GetValue() + m.GetCounter().GetValue()
	}
	require.FailNow(s.t, "no such metric", "%s %v", name, labels)
	return 0
}

// echoes says whether the application answers on its port, n times, with the error if not.
func (s *subject) echoes(app protocol.App, n int) error {
	conn, err := net.Dial("tcp", at(s.ports[app.String()]))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	for range n {
		if _, err := conn.Write([]byte("hi")); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, make([]byte, 2)); err != nil {
			return err
		}
	}
	return nil
}
