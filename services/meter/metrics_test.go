package main

import (
	"math"
	"net/http"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

func TestMetrics(t *testing.T) {
	s := start(t, "serve", "-cpus", "0", "-nofile", "200")
	s.becomes(protocol.Serving)
	before := s.metrics("")
	for name, least := range map[string]float64{
		protocol.MetricClock: 0.001, protocol.MetricCPU: 0.000001, protocol.MetricResident: 100_000,
		protocol.MetricThreads: 2, protocol.MetricProcesses: 1, protocol.MetricDescriptors: 8,
		protocol.MetricMeterCPU: 0.000001, protocol.MetricUp: 1,
	} {
		assert.GreaterOrEqual(t, s.value(before, name), least, name)
	}
	for _, mode := range []string{"user", "system"} {
		assert.GreaterOrEqual(t, s.value(before, protocol.MetricCPUMode, mode), 0.0)
	}
	assert.Positive(t, s.value(before, protocol.MetricSwitches, "voluntary"))
	assert.InDelta(t, 1, s.value(before, protocol.MetricLimit, "cpus"), 0)
	assert.InDelta(t, 200, s.value(before, protocol.MetricLimit, "nofile"), 0, "of the service, from its first instruction on")
	assert.Positive(t, s.value(before, protocol.MetricLimit, "somaxconn"))
	assert.InDelta(t, 1, s.value(before, protocol.MetricSource), 0)

	require.NoError(t, s.echoes(protocol.Echo, 1000))
	after := s.metrics("?only=cpu")
	assert.Greater(t, s.value(after, protocol.MetricClock), s.value(before, protocol.MetricClock))
	used := s.value(after, protocol.MetricCPU) - s.value(before, protocol.MetricCPU)
	assert.Positive(t, used)
	assert.Less(t, used, s.value(after, protocol.MetricClock)-s.value(before, protocol.MetricClock), "pinned to one CPU, it can't use more than the time that went by")
	assert.NotContains(t, after, protocol.MetricResident, "not asked for")

	code, h := s.post("/restart?apps=echo")
	require.Equal(t, http.StatusOK, code, h.Message)
	again := s.metrics("")
	assert.GreaterOrEqual(t, s.value(again, protocol.MetricCPU), s.value(after, protocol.MetricCPU), "goes on across restarts")
}

// TestIdleIsFree: CPU time that nobody used is not billed to the service, however often one looks.
func TestIdleIsFree(t *testing.T) {
	s := start(t, "serve")
	s.becomes(protocol.Serving)
	before := s.metrics("?only=cpu")
	for range 50 {
		s.metrics("?only=cpu")
	}
	after := s.metrics("?only=cpu")
	meter := s.value(after, protocol.MetricMeterCPU) - s.value(before, protocol.MetricMeterCPU)
	service := s.value(after, protocol.MetricCPU) - s.value(before, protocol.MetricCPU)
	assert.Positive(t, meter)
	assert.Less(t, service, meter/2)
}

func TestCgroupOfItsOwn(t *testing.T) {
	name := "c10klab-test-meter-" + strconv.Itoa(os.Getpid())
	s := start(t, "serve", "-cgroup", name, "-cpus", "0", "-memory", "268435456", "-pids", "500")
	s.becomes(protocol.Serving)
	m := s.metrics("")
	if source := m[protocol.MetricSource].GetMetric()[0].GetLabel()[0].GetValue(); source == "process clocks" {
		assert.Contains(t, s.err.String(), "do not hold")
		t.Skipf("not permitted here: %s", s.err.String())
	}
	assert.Positive(t, s.value(m, protocol.MetricCPU))
	for what, want := range map[string]float64{"cpus": 1, "memory_bytes": 256 << 20, "pids": 500} {
		assert.InDelta(t, want, s.value(m, protocol.MetricLimit, what), 0, "%s\n%s", what, s.err.String())
	}
	assert.Positive(t, s.value(m, protocol.MetricMemory))
	code, h := s.post("/restart?apps=echo")
	require.Equal(t, http.StatusOK, code, h.Message)
	require.NoError(t, s.cmd.Process.Signal(os.Interrupt))
	assert.Zero(t, s.status())
	assert.NotContains(t, s.err.String(), "remove cgroup")
}

func TestNetworkEventsAreCounted(t *testing.T) {
	s := start(t, "serve")
	s.becomes(protocol.Serving)
	events := s.metrics("?only=net")[protocol.MetricNetEvents]
	var names []string
	for _, m := range events.GetMetric() {
		names = append(names, m.GetLabel()[0].GetValue())
		assert.GreaterOrEqual(t, m.GetCounter().GetValue(), 0.0)
	}
	assert.ElementsMatch(t, []string{"ListenDrops", "ListenOverflows", "TCPTimeouts", "RetransSegs", "TCPLossProbes", "TCPLossProbeRecovery"}, names)
}

func TestLimitsThatDoNotHoldAreNamed(t *testing.T) {
	s := start(t, "serve", "-memory", "268435456")
	s.becomes(protocol.Serving)
	assert.Contains(t, s.err.String(), "-memory and -pids do not hold")
	m := s.metrics("?only=limits")
	for _, l := range m[protocol.MetricLimit].GetMetric() {
		assert.False(t, math.IsNaN(l.GetGauge().GetValue()))
		if l.GetLabel()[0].GetValue() == "memory_bytes" {
			assert.NotEqual(t, float64(268435456), l.GetGauge().GetValue())
		}
	}
}
