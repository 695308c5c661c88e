package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

var errTimeout = os.ErrDeadlineExceeded

// meter asks the meter in front of the service; the answer is of that status.
func (r *running) meter(t *testing.T, status int, method, path string) []byte {
	t.Helper()
	got, body := r.request(t, method, path)
	require.Equal(t, status, got, "%s %s: %s", method, path, body)
	return body
}

func (r *running) request(t *testing.T, method, path string) (status int, body []byte) {
	t.Helper()
	address := "http://" + r.address(t, protocol.ControlPort) + path
	request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	require.NoError(t, err)
	answer, err := (&http.Client{Timeout: patience}).Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, body
}

// order tells the meter to do something, which it does.
func (r *running) order(t *testing.T, path string) protocol.Health {
	t.Helper()
	return decode[protocol.Health](t, r.meter(t, http.StatusOK, http.MethodPost, path))
}

func (r *running) health(t *testing.T) protocol.Health {
	t.Helper()
	return decode[protocol.Health](t, r.meter(t, http.StatusOK, http.MethodGet, "/healthz"))
}

// state is the health of a service that may be unhealthy just now.
func (r *running) state(t *testing.T) protocol.Health {
	t.Helper()
	_, body := r.request(t, http.MethodGet, "/healthz")
	return decode[protocol.Health](t, body)
}

func (r *running) waits(t *testing.T) protocol.Waits {
	t.Helper()
	return decode[protocol.Waits](t, r.meter(t, http.StatusOK, http.MethodGet, "/waits"))
}

// metrics returns the figures by name and labels, as they stand in the text: lab_limit{name="pids"}.
func (r *running) metrics(t *testing.T) map[string]float64 {
	t.Helper()
	figures := map[string]float64{}
	for line := range strings.Lines(string(r.meter(t, http.StatusOK, http.MethodGet, "/metrics"))) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		require.Positive(t, at, line)
		value, err := strconv.ParseFloat(line[at+1:], 64)
		require.NoError(t, err, line)
		figures[line[:at]] = value
	}
	return figures
}

// labelCPUSet finds the CPUs in the name of the metric that tells where figures come from.
var labelCPUSet = regexp.MustCompile(`^` + protocol.MetricSource + `\{.*\bcpuset="([^"]*)"`)

// limit is the name of a limit's metric.
func limit(name string) string { return fmt.Sprintf("%s{name=%q}", protocol.MetricLimit, name) }

func decode[T any](t *testing.T, text []byte) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &v), "%s", text)
	return v
}

// log is the container's log, for the message of a failure.
func (r *running) log(t *testing.T) string {
	if r.container == nil {
		return "no container"
	}
	logs, err := r.container.Logs(t.Context())
	if err != nil {
		return err.Error()
	}
	defer logs.Close()
	text, _ := io.ReadAll(logs)
	return string(text)
}

// eventually repeats a condition until it holds; what it returned last is the message otherwise.
func eventually(t *testing.T, condition func() (problem string)) {
	t.Helper()
	within(t, patience, condition)
}

func within(t *testing.T, limit time.Duration, condition func() (problem string)) {
	t.Helper()
	const often = 20 * time.Millisecond
	for end := time.Now().Add(limit); ; {
		began := time.Now()
		problem := condition()
		took := time.Since(began)
		if problem == "" {
			return
		}
		if time.Now().After(end) {
			require.FailNow(t, problem, "even after %v", limit)
		}
		time.Sleep(max(often, 9*took)) // a look at thousands of threads is work for the CPU that they need
	}
}
