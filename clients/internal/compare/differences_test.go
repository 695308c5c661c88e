package compare

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func TestDifferences(t *testing.T) {
	a := madeup.New("epoll", "thread", "crew").Manifest
	b := madeup.New("epoll", "thread", "poll").Manifest
	a.Started, b.Started = time.Unix(1, 0), time.Unix(2, 0)
	a.Plan.Seed, b.Plan.Seed = 1, 2
	a.Machine.Ticks, b.Machine.Ticks = map[string]uint64{"user": 1}, nil
	a.Services[1].Verified.Passed = 9
	assert.Len(t, differences(a, b), 2, "no two runs share their time, seed and so on")

	a.Machine.Kernel, b.Machine.Kernel = "6.1", "6.2"
	a.Machine.CPU = "one"
	a.Machine.Sysctls = map[string]string{"net.core.somaxconn": "128"}
	b.Machine.Sysctls = map[string]string{"net.core.somaxconn": "4096"}
	a.Network, b.Network = "loopback", "bridge"
	b.Pinning.Servers = []int{0, 2}
	a.Plan.Name, b.Plan.Name = "quick", "full"
	a.Plan.Experiments = []string{"latency", "herd"}
	a.Revision, b.Revision = "abc", "def-dirty"
	for i := range 2 {
		a.Services[i].Limits.NoFile, b.Services[i].Limits.NoFile = 1024, 4096
	}
	b.Services[1].Found = map[string]float64{"pids": 100}
	var said []string
	for _, d := range differences(a, b) {
		said = append(said, d.String())
	}
	assert.ElementsMatch(t, []string{
		"kernel: 6.1 in A, 6.2 in B", "CPU: one in A, nothing in B", "net.core.somaxconn: 128 in A, 4096 in B", "network: loopback in A, bridge in B",
		"servers' CPUs: 0 in A, 0, 2 in B", "plan: quick in A, full in B", "plan experiments: latency, herd in A, nothing in B",
		"revision of the source: abc in A, def-dirty in B", "limits nofile of epoll, thread: 1024 in A, 4096 in B",
		"limits found pids of thread: nothing in A, 100 in B", "service crew: present in A, nothing in B", "service poll: nothing in A, present in B",
	}, said)
	assert.Equal(t, differences(a, b), differences(a, b), "always in the same order")
	assert.Empty(t, differences(result.Manifest{}, result.Manifest{}))
}
