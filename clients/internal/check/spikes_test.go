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
)

// echo serves echo until the test ends.
func echo(t *testing.T) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

// engines makes each engine anew.
type engines struct{ t *testing.T }

func (e engines) Engine(_ string, o engine.Options) (*engine.Engine, error) {
	o.CPU = -1
	made, err := engine.New(o)
	if err == nil {
		e.t.Cleanup(made.Close)
	}
	return made, err
}

func TestProxyCorruptsOneReply(t *testing.T) {
	p, err := startProxy(echo(t), 3)
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
	addr := echo(t)
	s := &session{}
	starved, err := s.starved(context.Background(), engines{t}, addr)
	require.NoError(t, err)
	t.Cleanup(starved.Close)
	n, err := starved.Check(context.Background(), time.Minute)
	require.NoError(t, err)
	assert.Equal(t, clients, n, "the roll call has it answered")
	slice, err := starved.Slice(0, 10*time.Millisecond)
	require.NoError(t, err)
	require.Len(t, slice.Each, clients)
	assert.Zero(t, slice.Each[clients-1])

	corrupted, err := s.corrupted(context.Background(), engines{t}, addr)
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
