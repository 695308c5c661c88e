package main

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestRepeatedCountsWhatEndsInTheMeasuredPart(t *testing.T) {
	b := newTestBench(t)
	over := errors.New("a hundred are enough")
	var calls atomic.Int64
	r := repeated{cpu: b.clientCPU, act: func() error {
		if calls.Add(1) > 100 {
			return over
		}
		return nil
	}}
	s, err := r.Slice(0, time.Hour)
	require.ErrorIs(t, err, over)
	assert.EqualValues(t, 100, s.Requests)
	assert.EqualValues(t, 100, s.Total)
	assert.InDelta(t, 3600, s.Seconds, 1e-9)

	calls.Store(0)
	s, err = r.Slice(time.Hour, 0)
	require.ErrorIs(t, err, over, "it goes on through the part thrown away")
	assert.Zero(t, s.Requests, "what ends in it is not counted")
	assert.EqualValues(t, 100, s.Total)
	assert.Zero(t, s.Seconds)

	calls.Store(0)
	r.act = func() error { calls.Add(1); return nil }
	s, err = r.Slice(0, 0)
	require.NoError(t, err, "when the time is over each has gone on to its end")
	assert.EqualValues(t, together, calls.Load())
	assert.Zero(t, s.Requests, "and what ends late is not counted")
}

func TestRepeatedHasSeveralAtATimeOnItsCPU(t *testing.T) {
	b := newTestBench(t)
	all := make(chan struct{})
	var inside atomic.Int64
	r := repeated{cpu: b.serverCPU, act: func() error {
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
	_, err := r.Slice(0, 0)
	require.NoError(t, err)
}
