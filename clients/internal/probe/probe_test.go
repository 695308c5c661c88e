package probe

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/pin"
)

func TestTakeMeasuresWhatThisMachineHas(t *testing.T) {
	allowed, err := pin.Allowed()
	require.NoError(t, err)
	r := Take(allowed[len(allowed)-1], allowed[0])
	assert.Empty(t, r.Problem)
	assert.Positive(t, r.Client)
	assert.Positive(t, r.Server)
	assert.Positive(t, r.Syscall)
	if len(allowed) > 1 {
		assert.GreaterOrEqual(t, r.CacheLine, 0.0) // 0 on a machine so busy that the two threads never run at once
		assert.Positive(t, r.WakeUp)
	}
}

func TestTakeOnOneCPU(t *testing.T) {
	allowed, err := pin.Allowed()
	require.NoError(t, err)
	r := Take(allowed[0], allowed[0])
	assert.Empty(t, r.Problem)
	assert.Positive(t, r.Client)
	assert.Zero(t, r.CacheLine)
	assert.Zero(t, r.WakeUp)
}

func TestTakeOnACPUThatIsNotThere(t *testing.T) {
	allowed, err := pin.Allowed()
	require.NoError(t, err)
	assert.NotEmpty(t, Take(allowed[0], 1000).Problem)
}
