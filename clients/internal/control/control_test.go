package control

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

const metricsText = `# HELP lab_service_cpu_seconds_total CPU
# TYPE lab_service_cpu_seconds_total counter
lab_service_cpu_seconds_total 1.5
# TYPE lab_service_cpu_mode_seconds_total counter
lab_service_cpu_mode_seconds_total{mode="user"} 0.5
lab_service_cpu_mode_seconds_total{mode="system"} 1
# TYPE lab_service_resident_bytes gauge
lab_service_resident_bytes 4.096e+06
# TYPE lab_service_context_switches_total counter
lab_service_context_switches_total{kind="voluntary"} 7
lab_service_context_switches_total{kind="involuntary"} 2
# TYPE lab_limit gauge
lab_limit{name="pids"} 12000
lab_limit{name="nofile"} +Inf
lab_limit{name="memory_bytes"} 9.223372036854772e+18
# TYPE lab_source_info gauge
lab_source_info{cpu="cgroup v2",cpuset="0-1",resident="pss"} 1
`

// meter answers everything with the same body, and keeps what was asked.
func meter(t *testing.T, status int, body string) (m *Meter, asked *http.Request) {
	asked = new(http.Request)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = *r
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	m = New(server.URL)
	t.Cleanup(m.Close)
	return m, asked
}

func TestMetrics(t *testing.T) {
	m, _ := meter(t, http.StatusOK, metricsText)
	r, err := m.Metrics(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 1.5, r.CPU)
	assert.Equal(t, 0.5, r.User)
	assert.Equal(t, 1.0, r.System)
	assert.Equal(t, 4096000.0, r.Resident)
	assert.Equal(t, 7.0, r.Voluntary)
	assert.Equal(t, 2.0, r.Involuntary)
	assert.Equal(t, "cgroup v2", r.CPUSource)
	assert.Equal(t, "0-1", r.CPUSet)
	assert.Equal(t, "pss", r.ResidentKind)
	assert.Equal(t, map[string]float64{"pids": 12000}, r.Limits, "what is unlimited is left out")
	all, err := m.All(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 1.5, all[protocol.MetricCPU])
	assert.Equal(t, 12000.0, all[`lab_limit{name="pids"}`])
}

func TestMetricsOfSomethingElse(t *testing.T) {
	for _, body := range []string{"", "up 1\n", "<html>"} {
		m, _ := meter(t, http.StatusOK, body)
		_, err := m.Metrics(context.Background())
		assert.ErrorContains(t, err, "/metrics: ", "%q", body)
	}
}

func TestRestartAsksForWhatIsWanted(t *testing.T) {
	answer, err := json.Marshal(protocol.Health{State: protocol.Serving, Lease: 60})
	require.NoError(t, err)
	m, asked := meter(t, http.StatusOK, string(answer))
	h, err := m.Restart(context.Background(), []protocol.App{protocol.Echo, protocol.Menu}, []string{"-backlog=5"}, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, protocol.Serving, h.State)
	assert.Equal(t, http.MethodPost, asked.Method)
	assert.Equal(t, "/restart", asked.URL.Path)
	assert.Equal(t, "echo,menu", asked.URL.Query().Get("apps"))
	assert.Equal(t, []string{"-backlog=5"}, asked.URL.Query()["arg"])
	assert.Equal(t, "60s", asked.URL.Query().Get("lease"))

	_, err = m.Restart(context.Background(), nil, nil, 0)
	require.NoError(t, err)
	assert.Empty(t, asked.URL.RawQuery, "all applications, no lease")
}

func TestRefusalSaysWhy(t *testing.T) {
	answer, err := json.Marshal(protocol.Health{State: protocol.Died, Message: "the argument -x is not allowed"})
	require.NoError(t, err)
	m, _ := meter(t, http.StatusBadRequest, string(answer))
	h, err := m.Signal(context.Background(), "STOP")
	assert.ErrorContains(t, err, "400: the argument -x is not allowed")
	assert.Equal(t, protocol.Died, h.State)

	h, err = m.Health(context.Background())
	require.NoError(t, err, "asked for its state, a meter answers with it, whatever the status")
	assert.Equal(t, protocol.Died, h.State)

	m, _ = meter(t, http.StatusNotFound, "no such page\nat all")
	_, err = m.Waits(context.Background())
	assert.ErrorContains(t, err, "404: no such page")
}

func TestNobodyThere(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := New(server.URL).Health(context.Background())
	assert.ErrorContains(t, err, "connection refused")
}
