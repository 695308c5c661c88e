package machine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSpanOfTwoReadings(t *testing.T) {
	begin := time.Now()
	before, err := parseUsage("cpu  100 0 50 1000 10 5 5 3 0 0\ncpu0 1 1\ncpu1 1 1\nintr 1 2\n", begin)
	require.NoError(t, err)
	after, err := parseUsage("cpu  150 0 90 1060 20 7 13 8 0 0\ncpu0 1 1\ncpu1 1 1\nintr 1 2\n", begin.Add(time.Second))
	require.NoError(t, err)
	assert.Equal(t, Span{
		Wall: time.Second, CPUs: 2, Steal: 50 * time.Millisecond, Interrupts: 100 * time.Millisecond,
		Busy: 2*time.Second - 700*time.Millisecond - 50*time.Millisecond,
	}, after.Since(before))
	assert.Equal(t, Span{CPUs: 2}, before.Since(before))
}

func TestUsageOfAnotherKernel(t *testing.T) {
	for _, stat := range []string{"", "cpu  1 2 3\ncpu0 1\n", "cpu 1 2 3 4 5 6 7 8\n"} {
		_, err := parseUsage(stat, time.Now())
		assert.ErrorContains(t, err, "/proc/stat", stat)
	}
}

func TestReadUsageGoesOn(t *testing.T) {
	before, err := ReadUsage()
	require.NoError(t, err)
	cpu := OwnCPU()
	for OwnCPU() < cpu+30*time.Millisecond { // burns: nobody else must be busy for this process to be
	}
	after, err := ReadUsage()
	require.NoError(t, err)
	s := after.Since(before)
	assert.Positive(t, s.Wall)
	assert.Positive(t, s.CPUs)
	assert.GreaterOrEqual(t, s.Steal, time.Duration(0))
	assert.LessOrEqual(t, s.Busy, time.Duration(s.CPUs)*s.Wall)
}
