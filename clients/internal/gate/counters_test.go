package gate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func files(t *testing.T, texts map[string]string) string {
	root := t.TempDir()
	for name, text := range texts {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return root
}

func TestCountersAreReadByName(t *testing.T) {
	texts := map[string]string{
		"thread-self/net/netstat": "TcpExt: A ListenOverflows ListenDrops\nTcpExt: 1 22 333\nIpExt: ListenDrops\nIpExt: 9\n",
		"thread-self/net/snmp":    "Ip: A B\nIp: 1 2\nTcp: MaxConn RetransSegs\nTcp: -1 44\n",
	}
	c, err := readCounters(files(t, texts))
	require.NoError(t, err)
	assert.Equal(t, Counters{Events: map[string]uint64{"ListenDrops": 333, "ListenOverflows": 22, "RetransSegs": 44}}, c, "what a kernel does not have is left out")

	texts["thread-self/net/stat/nf_conntrack"] = "entries  insert_failed drop early_drop\n0000000a  0000000b 00000010 00000000\n0000000a  00000001 00000000 00000000\n"
	texts["sys/net/netfilter/nf_conntrack_count"] = "10\n"
	texts["sys/net/netfilter/nf_conntrack_max"] = "262144\n"
	c, err = readCounters(files(t, texts))
	require.NoError(t, err)
	assert.EqualValues(t, 12, c.Events["conntrack insert_failed"])
	assert.EqualValues(t, 16, c.Events["conntrack drop"])
	assert.EqualValues(t, 10, c.Conntrack)
	assert.EqualValues(t, 262144, c.ConntrackRoom)

	_, err = readCounters(t.TempDir())
	require.ErrorContains(t, err, "read the kernel's network counters")
}

func TestThisKernelsCounters(t *testing.T) {
	c, err := ReadCounters()
	require.NoError(t, err)
	for _, want := range counted {
		assert.Contains(t, c.Events, want.name)
	}
	assert.Empty(t, NothingDropped(c, c))
}
