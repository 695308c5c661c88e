package tests

import (
	"slices"
	"strconv"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// The limits of compose.yaml hold: the engine says so, and what the meter finds
// from inside the container says the same.
func testLimits(t *testing.T, r *running) {
	host := r.inspect(t).HostConfig
	require.NotNil(t, host.PidsLimit)
	assert.Equal(t, int64(r.MemLimit), host.Memory)
	assert.Equal(t, int64(r.MemSwapLimit), host.MemorySwap)
	assert.Equal(t, r.PidsLimit, *host.PidsLimit)
	assert.Equal(t, r.CPUSet, host.CpusetCpus)
	assert.Equal(t, map[string]string(r.Sysctls), host.Sysctls)
	require.Len(t, host.Ulimits, 1)
	assert.Equal(t, "nofile", host.Ulimits[0].Name)
	assert.EqualValues(t, nofile(r.ServiceConfig), host.Ulimits[0].Soft)
	assert.EqualValues(t, nofile(r.ServiceConfig), host.Ulimits[0].Hard)

	found := r.metrics(t)
	assert.EqualValues(t, r.MemLimit, found[limit("memory_bytes")])
	assert.EqualValues(t, r.MemSwapLimit, found[limit("memswap_bytes")])
	assert.EqualValues(t, r.PidsLimit, found[limit("pids")])
	assert.EqualValues(t, nofile(r.ServiceConfig), found[limit("nofile")])
	assert.EqualValues(t, somaxconn(t, r.ServiceConfig), found[limit("somaxconn")])
	assert.Contains(t, r.cpuset(t), r.CPUSet)
}

// What a service could do harm with is taken from it.
func testUnprivileged(t *testing.T, r *running) {
	docker := needDocker(t)

	facts := r.inspect(t)
	assert.True(t, facts.HostConfig.ReadonlyRootfs)
	assert.False(t, facts.HostConfig.Privileged)
	assert.Equal(t, []string{"ALL"}, facts.HostConfig.CapDrop)
	assert.Empty(t, facts.HostConfig.CapAdd)
	assert.Contains(t, facts.HostConfig.SecurityOpt, "no-new-privileges:true")

	// The meter and the service, as the kernel shows them.
	top, err := docker.ContainerTop(t.Context(), r.container.GetContainerID(), client.ContainerTopOptions{Arguments: []string{"-eo", "pid,uid,gid,args"}})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(top.Processes), 2, "%v", top.Processes)
	for _, p := range top.Processes {
		assert.NotEqual(t, "0", p[slices.Index(top.Titles, "UID")], "%v", p)
		assert.NotEqual(t, "0", p[slices.Index(top.Titles, "GID")], "%v", p)
	}
}

func nofile(s types.ServiceConfig) int {
	u := s.Ulimits["nofile"]
	if u == nil {
		return 0
	}
	return max(u.Single, u.Soft)
}

func somaxconn(t *testing.T, s types.ServiceConfig) int {
	t.Helper()
	n, err := strconv.Atoi(s.Sysctls["net.core.somaxconn"])
	require.NoError(t, err)
	return n
}

// cpuset returns the lines of the metric that tells which CPUs the service may run on.
func (r *running) cpuset(t *testing.T) (found []string) {
	t.Helper()
	for name := range r.metrics(t) {
		if m := labelCPUSet.FindStringSubmatch(name); m != nil {
			found = append(found, m[1])
		}
	}
	require.NotEmpty(t, found, "no metric %s", protocol.MetricSource)
	return found
}
