package pin

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChoose(t *testing.T) {
	alone := func(cpu int) []int { return []int{cpu} }
	pairs := func(cpu int) []int { return []int{cpu % 4, cpu%4 + 4} } // 0 and 4 are one core
	for _, c := range []struct {
		name             string
		servers, allowed []int
		siblings         func(int) []int
		client           int
		shared           string
	}{
		{"the other of two", []int{0}, []int{0, 1}, alone, 1, ""},
		{"servers on the other", []int{1}, []int{0, 1}, alone, 0, ""},
		{"not the hyperthread", []int{3}, []int{0, 1, 2, 3, 4, 5, 6, 7}, pairs, 6, ""},
		{"the hyperthread, if that is all", []int{0}, []int{0, 4}, pairs, 4, "hyperthreads of one core"},
		{"one CPU", []int{0}, []int{0}, alone, 0, "share CPU 0"},
		{"services everywhere", []int{0, 1}, []int{0, 1}, alone, 1, "share CPU 1"},
	} {
		got, err := Choose(c.servers, c.allowed, c.siblings)
		require.NoError(t, err, c.name)
		assert.Equal(t, c.client, got.Client, c.name)
		if c.shared == "" {
			assert.Empty(t, got.Shared, c.name)
		} else {
			assert.Contains(t, got.Shared, c.shared, c.name)
		}
	}
	_, err := Choose([]int{0}, nil, alone)
	assert.Error(t, err)
}

func TestParseList(t *testing.T) {
	got, err := ParseList(" 0,2-4,7\n")
	require.NoError(t, err)
	assert.Equal(t, []int{0, 2, 3, 4, 7}, got)
	for _, bad := range []string{"", "a", "1-", "3-1", "-1", "1,,2", "0-99999999"} {
		_, err := ParseList(bad)
		assert.ErrorContains(t, err, "CPU list", bad)
	}
}

func TestDoneReadsWhatExecLeft(t *testing.T) {
	_, ok := Done()
	assert.False(t, ok)
	t.Setenv(mark, "1;0,2;one core")
	c, ok := Done()
	assert.True(t, ok)
	assert.Equal(t, Choice{Client: 1, Servers: []int{0, 2}, Shared: "one core"}, c)
}

func TestThisMachine(t *testing.T) {
	allowed, err := Allowed()
	require.NoError(t, err)
	assert.NotEmpty(t, allowed)
	assert.NotEmpty(t, Online())
	assert.Contains(t, Siblings(allowed[0]), allowed[0])
}
