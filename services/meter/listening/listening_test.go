package listening

import (
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/meter/proc"
)

func TestSocketsByBothWays(t *testing.T) {
	four, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = four.Close() })
	at := netip.MustParseAddrPort(four.Addr().String())
	client, err := net.Dial("tcp", at.String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })

	byFile, err := proc.FS("/proc").Listeners()
	require.NoError(t, err)
	inode := find(byFile, at)
	require.NotZero(t, inode)

	byEither, err := Sockets("/proc")
	require.NoError(t, err)
	assert.Equal(t, inode, find(byEither, at))

	byDiag, err := diag()
	if err != nil {
		t.Skipf("no sock_diag here: %v", err)
	}
	assert.Equal(t, inode, find(byDiag, at))
	assert.Zero(t, find(byDiag, netip.MustParseAddrPort(client.LocalAddr().String())), "a connection does not listen")
}

func TestSocketsOverIPv6(t *testing.T) {
	six, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	t.Cleanup(func() { _ = six.Close() })
	found, err := Sockets("/proc")
	require.NoError(t, err)
	assert.NotZero(t, find(found, netip.MustParseAddrPort(six.Addr().String())))
}

func find(list []proc.Listener, at netip.AddrPort) uint64 {
	for _, l := range list {
		if l.Accepts(at) {
			return l.Inode
		}
	}
	return 0
}

func BenchmarkSockDiag(b *testing.B) {
	for b.Loop() {
		if _, err := diag(); err != nil {
			b.Skip(err)
		}
	}
}

func BenchmarkProcNet(b *testing.B) {
	for b.Loop() {
		if _, err := proc.FS("/proc").Listeners(); err != nil {
			b.Fatal(err)
		}
	}
}
