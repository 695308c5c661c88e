package control

import (
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestProbeIsPolite: the health check's client says goodbye, and resets nothing.
func TestProbeIsPolite(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	said := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, err = io.Copy(c, c)
			_ = c.Close()
		}
		said <- err
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	wrong, err := probe(ctx, netip.MustParseAddrPort(l.Addr().String()))
	require.NoError(t, err)
	assert.False(t, wrong)
	require.NoError(t, <-said, "it read to the end of file")
}

func TestProbeTellsAWrongEcho(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		if c, err := l.Accept(); err == nil {
			_, _ = c.Write([]byte("something else, and a lot of it"))
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	wrong, err := probe(ctx, netip.MustParseAddrPort(l.Addr().String()))
	require.ErrorContains(t, err, "something else")
	assert.True(t, wrong)
}
