package cgroup

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func find(t *testing.T, tree string) *Group {
	t.Helper()
	g, err := Find(filepath.Join("testdata", tree))
	require.NoError(t, err)
	return g
}

// The two trees tell the same story, one in v1's files and one in v2's.
func TestFiguresOfAContainer(t *testing.T) {
	for tree, source := range map[string]string{"v1": "cgroup v1", "v2": "cgroup v2"} {
		t.Run(tree, func(t *testing.T) {
			g := find(t, tree)
			assert.Equal(t, source, g.Source())
			cpu, ok := g.CPU()
			assert.True(t, ok)
			assert.Equal(t, 2500*time.Millisecond, cpu)
			user, system, ok := g.CPUMode()
			assert.True(t, ok)
			assert.Equal(t, 1200*time.Millisecond, user)
			assert.Equal(t, 1300*time.Millisecond, system)
			periods, waited, ok := g.Throttled()
			assert.True(t, ok)
			assert.EqualValues(t, 3, periods)
			assert.Equal(t, 1500*time.Millisecond, waited)
			for want, read := range map[uint64]func() (uint64, bool){
				15130624: g.Memory, 16789504: g.MemoryPeak, 901120: g.MemoryKernel, 2: g.OOMKills,
			} {
				n, ok := read()
				assert.True(t, ok)
				assert.Equal(t, want, n)
			}
		})
	}
}

func TestLimitsOfAContainer(t *testing.T) {
	for _, tree := range []string{"v1", "v2"} {
		t.Run(tree, func(t *testing.T) {
			g := find(t, tree)
			for name, c := range map[string]struct {
				want float64
				read func() (float64, bool)
			}{
				"quota": {1.5, g.Quota}, "memory": {256 << 20, g.MemoryLimit},
				"memory and swap": {256 << 20, g.MemorySwapLimit}, "pids": {12000, g.PIDLimit},
			} {
				n, ok := c.read()
				assert.True(t, ok, name)
				assert.InDelta(t, c.want, n, 0, name)
			}
		})
	}
}

func TestOnAHost(t *testing.T) {
	g := find(t, "host")
	cpu, ok := g.CPU()
	assert.True(t, ok)
	assert.Equal(t, 2500*time.Millisecond, cpu, "the group's own, not the top's")
	n, ok := g.MemoryLimit()
	assert.True(t, ok)
	assert.InDelta(t, 1<<30, n, 0, "an ancestor's limit holds")
	kernel, ok := g.MemoryKernel()
	assert.True(t, ok)
	assert.EqualValues(t, 123, kernel, "added up where there is no sum")
}

func TestWhatTheKernelDoesNotOfferIsLeftOut(t *testing.T) {
	g := find(t, "host")
	_, ok := g.MemoryPeak()
	assert.False(t, ok)
	_, ok = g.OOMKills()
	assert.False(t, ok)
	_, _, ok = g.Throttled()
	assert.False(t, ok)
	_, ok = g.MemorySwapLimit()
	assert.False(t, ok)
	_, ok = g.PIDLimit()
	assert.False(t, ok)
	_, ok = g.Quota()
	assert.False(t, ok)
	empty := g.Own(func(int) bool { return false })
	assert.Empty(t, empty.Source())
	_, ok = empty.CPU()
	assert.False(t, ok)
	_, ok = empty.Memory()
	assert.False(t, ok)
}

func TestOwn(t *testing.T) {
	g := find(t, "v1")
	mine := map[int]bool{1: true, 7: true}
	assert.Equal(t, "cgroup v1", g.Own(func(pid int) bool { return mine[pid] }).Source())
	mine[7] = false
	assert.Empty(t, g.Own(func(pid int) bool { return mine[pid] }).Source(), "somebody else is in it")
}

func TestUnlimited(t *testing.T) {
	for s, want := range map[string]float64{"max": math.Inf(1), "-1": math.Inf(1), "4096": 4096} {
		n, ok := parseNumber(s)
		assert.True(t, ok, s)
		if math.IsInf(want, 1) {
			assert.True(t, math.IsInf(n, 1), s)
		} else {
			assert.InDelta(t, want, n, 0, s)
		}
	}
	_, ok := parseNumber("many")
	assert.False(t, ok)
}

func TestLocate(t *testing.T) {
	root := "testdata/host"
	m := mount{root: "/", point: "/sys/fs/cgroup tree", v2: true}
	d, ok := locate(root, m, "/user.slice")
	assert.True(t, ok)
	assert.Equal(t, filepath.Join(root, m.point, "user.slice"), d.path)
	d, ok = locate(root, m, "/../../elsewhere")
	assert.True(t, ok, "outside of what the mount shows: the mount itself")
	assert.Equal(t, filepath.Join(root, m.point), d.path)
	_, ok = locate(root, mount{root: "/", point: "/nowhere"}, "/")
	assert.False(t, ok)
}

func TestUnescape(t *testing.T) {
	assert.Equal(t, "a b\\", unescape(`a\040b\134`))
	assert.Equal(t, `\04`, unescape(`\04`))
}

func TestFindWithoutCgroups(t *testing.T) {
	_, err := Find(t.TempDir())
	assert.Error(t, err)
}
