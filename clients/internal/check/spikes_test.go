package check

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/standin"
)

func TestProxyCorruptsOneReply(t *testing.T) {
	p, err := startProxy(standin.Echo(t), 3)
	require.NoError(t, err)
	t.Cleanup(p.close)
	c, err := net.Dial("tcp", p.addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	wrong := 0
	for i := 1; i <= 5; i++ {
		_, err := c.Write([]byte("ask"))
		require.NoError(t, err)
		got := make([]byte, 3)
		_, err = io.ReadFull(c, got)
		require.NoError(t, err)
		if string(got) != "ask" {
			wrong = i
		}
	}
	assert.Equal(t, 3, wrong)
}

func TestFaultsShowInTheSlice(t *testing.T) {
	addr := standin.Echo(t)
	s := &session{}
	starved, err := s.starved(context.Background(), standin.Engines{T: t}, addr)
	require.NoError(t, err)
	t.Cleanup(starved.Close)
	n, err := starved.Check(context.Background(), time.Minute)
	require.NoError(t, err)
	assert.Equal(t, clients, n, "the roll call has it answered")
	slice, err := starved.Slice(0, 10*time.Millisecond)
	require.NoError(t, err)
	require.Len(t, slice.Each, clients)
	assert.Zero(t, slice.Each[clients-1])

	corrupted, err := s.corrupted(context.Background(), standin.Engines{T: t}, addr)
	require.NoError(t, err)
	t.Cleanup(corrupted.Close)
	_, err = corrupted.Check(context.Background(), time.Minute)
	require.NoError(t, err)
	var errs engine.Errors
	for range 3 {
		slice, err := corrupted.Slice(0, 10*time.Millisecond)
		require.NoError(t, err)
		errs.Add(slice.Errors)
	}
	assert.Equal(t, 1, errs.Mismatch)
	assert.Equal(t, 1, errs.Total())
}
