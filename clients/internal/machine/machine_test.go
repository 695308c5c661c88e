package machine

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReadKnowsThisMachine(t *testing.T) {
	f := Read()
	assert.NotEmpty(t, f.Kernel)
	assert.NotEmpty(t, f.CPUs)
	assert.NotEmpty(t, f.Go)
	assert.Contains(t, []string{"v1", "v2", "hybrid"}, f.Cgroup)
	assert.NotEmpty(t, f.Sysctls["kernel.pid_max"])
	assert.Positive(t, f.Ticks["user"])
}
