package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// answering serves each connection with f, in turn, and returns where, and what ended the last conversations.
func answering(t *testing.T, f func(net.Conn)) (netip.AddrPort, <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	ends := make(chan error, 8)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f(c)
			_, err = c.Read(make([]byte, 1))
			_ = c.Close()
			ends <- err
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String()), ends
}

func TestVisitComparesTheReplyAndLeavesByReset(t *testing.T) {
	addr, ends := answering(t, func(c net.Conn) {
		got := make([]byte, requestBytes)
		_, _ = io.ReadFull(c, got)
		_, _ = c.Write(got[:10])
		_, _ = c.Write(got[10:])
	})
	require.NoError(t, visit(addr))
	require.ErrorContains(t, <-ends, "connection reset by peer")

	addr, _ = answering(t, func(c net.Conn) {
		got := make([]byte, requestBytes)
		_, _ = io.ReadFull(c, got)
		got[requestBytes-1]++
		_, _ = c.Write(got)
	})
	require.ErrorContains(t, visit(addr), `visit: sent "xxx`)

	addr, _ = answering(t, func(c net.Conn) {
		_, _ = io.ReadFull(c, make([]byte, requestBytes))
		_ = c.(*net.TCPConn).CloseWrite()
	})
	require.ErrorIs(t, visit(addr), io.ErrUnexpectedEOF)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	free := netip.MustParseAddrPort(l.Addr().String())
	require.NoError(t, l.Close())
	require.ErrorContains(t, visit(free), "connection refused")
}

func TestChurnCountsWhatEndsInTheMeasuredPart(t *testing.T) {
	b := newTestBench(t)
	over := errors.New("a hundred are enough")
	var calls atomic.Int64
	c := churn{cpu: b.clientCPU, act: func() error {
		if calls.Add(1) > 100 {
			return over
		}
		return nil
	}}
	require.ErrorIs(t, c.slice(0, time.Hour), over)
	assert.Equal(t, 100, c.done)
	assert.Equal(t, time.Hour, c.took)
	assert.InDelta(t, 100.0/3600, c.rate(), 1e-9)

	calls.Store(0)
	require.ErrorIs(t, c.slice(time.Hour, 0), over, "it goes on through the part thrown away")
	assert.Equal(t, 100, c.done, "what ends in it is not counted")
	assert.Equal(t, time.Hour, c.took)

	calls.Store(0)
	c.act = func() error { calls.Add(1); return nil }
	require.NoError(t, c.slice(0, 0), "when the time is over each has gone on to its end")
	assert.EqualValues(t, together, calls.Load())
	assert.Equal(t, 100, c.done, "and what ends late is not counted")
}

func TestChurnHasSeveralAtATimeOnItsCPU(t *testing.T) {
	b := newTestBench(t)
	all := make(chan struct{})
	var inside atomic.Int64
	c := churn{cpu: b.serverCPU, act: func() error {
		if inside.Add(1) == together {
			close(all)
		}
		select {
		case <-all:
		case <-time.After(20 * time.Second):
			return errors.New("alone")
		}
		var set unix.CPUSet
		if err := unix.SchedGetaffinity(0, &set); err != nil || set.Count() != 1 || !set.IsSet(b.serverCPU) {
			return fmt.Errorf("on CPUs %v (%w)", set, err)
		}
		return nil
	}}
	require.NoError(t, c.slice(0, 0))
}
