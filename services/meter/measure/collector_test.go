package measure

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/meter/cgroup"
	"c10klab/services/meter/supervise"
	"c10klab/services/protocol"
)

// trees are the made-up cgroup trees of a container.
const trees = "../cgroup/testdata"

// gather scrapes a meter, without a service, over one of the trees.
func gather(t *testing.T, tree string, parts ...string) map[string]float64 {
	t.Helper()
	around, err := cgroup.Find(filepath.Join(trees, tree))
	require.NoError(t, err)
	reaper, err := supervise.NewReaper()
	require.NoError(t, err)
	service := &supervise.Service{Proc: "/proc", Reaper: reaper}
	own := around.Own(func(pid int) bool { return pid == 1 || pid == 7 })
	m := &Meter{Service: service, Own: own, Around: around, CPU: NewCPU(service, own, false)}
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(m.Collector(parts)))
	families, err := registry.Gather()
	require.NoError(t, err)
	out := map[string]float64{}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			name := f.GetName()
			for _, l := range metric.GetLabel() {
				name += " " + l.GetValue()
			}
			out[name] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
		}
	}
	return out
}

func TestCollect(t *testing.T) {
	for _, tree := range []string{"v1", "v2"} {
		t.Run(tree, func(t *testing.T) {
			m := gather(t, tree, Parts...)
			for name, want := range map[string]float64{
				protocol.MetricCPU: 2.5, protocol.MetricCPUMode + " user": 1.2, protocol.MetricCPUMode + " system": 1.3,
				protocol.MetricMemory: 15130624, protocol.MetricMemoryPeak: 16789504, protocol.MetricMemoryKernel: 901120,
				protocol.MetricThrottled: 3, protocol.MetricThrottledS: 1.5, protocol.MetricOOMKills: 2, protocol.MetricUp: 0,
				protocol.MetricLimit + " memory_bytes": 256 << 20, protocol.MetricLimit + " memswap_bytes": 256 << 20,
				protocol.MetricLimit + " pids": 12000,
			} {
				require.Contains(t, m, name)
				assert.InDelta(t, want, m[name], 0, name)
			}
			assert.LessOrEqual(t, m[protocol.MetricLimit+" cpus"], 1.5, "the quota")
			assert.NotContains(t, m, protocol.MetricLimit+" nofile", "nothing runs")
		})
	}
}

func TestCollectLeavesOutWhatIsNotThere(t *testing.T) {
	m := gather(t, "host", Parts...)
	for _, name := range []string{
		protocol.MetricMemory, protocol.MetricMemoryPeak, protocol.MetricThrottled, protocol.MetricOOMKills,
		protocol.MetricLimit + " pids", protocol.MetricLimit + " memswap_bytes",
	} {
		assert.NotContains(t, m, name)
	}
	assert.InDelta(t, 1<<30, m[protocol.MetricLimit+" memory_bytes"], 0)
	cpus, _, err := (&supervise.Service{Proc: "/proc"}).Proc.AllowedCPUs(os.Getpid())
	require.NoError(t, err)
	assert.Contains(t, m, protocol.MetricSource+" process clocks "+cpus+" ")
}

func TestCollectParts(t *testing.T) {
	m := gather(t, "v2", PartMemory)
	assert.Contains(t, m, protocol.MetricMemory)
	assert.Contains(t, m, protocol.MetricUp)
	for _, name := range []string{protocol.MetricCPU, protocol.MetricThreads, protocol.MetricLimit + " pids"} {
		assert.NotContains(t, m, name)
	}
}

func TestParseParts(t *testing.T) {
	parts, err := ParseParts("")
	require.NoError(t, err)
	assert.Equal(t, Parts, parts)
	parts, err = ParseParts("cpu,tasks")
	require.NoError(t, err)
	assert.Equal(t, []string{PartCPU, PartTasks}, parts)
	_, err = ParseParts("cpu,")
	assert.ErrorContains(t, err, "choose from cpu, memory, tasks, limits")
}
