package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script plays slices and notes which side they were asked of.
type noted struct {
	Side
	name  string
	order *[]string
	asked *[][2]time.Duration
}

func (n noted) Slice(discard, measure time.Duration) (Slice, error) {
	*n.order = append(*n.order, n.name)
	*n.asked = append(*n.asked, [2]time.Duration{discard, measure})
	return n.Side.Slice(discard, measure)
}

func TestPairOfTwoHonestServers(t *testing.T) {
	e := start(t, Options{})
	var order, switches []string
	var asked [][2]time.Duration
	a := noted{dial(t, e, serving(t, honest), 8), "A", &order, &asked}
	b := noted{dial(t, e, serving(t, honest), 8), "B", &order, &asked}
	p, err := Pair(context.Background(), a, b, Plan{
		Time: 150 * time.Millisecond, Warm: short, Discard: short, Measure: longer, Connections: 8,
		OnSwitch: func(active Side) { switches = append(switches, active.(noted).name) },
	})
	require.NoError(t, err)
	assert.Equal(t, order, switches)
	require.GreaterOrEqual(t, p.Slices, 4)
	require.Len(t, order, p.Slices+2)
	assert.Equal(t, []string{"A", "B"}, order[:2], "a warm-up of each")
	for i, side := range order[2:] {
		assert.Equal(t, string("ABBA"[i%4]), side, "slice %d", i)
		assert.Equal(t, short, asked[i+2][0])
		assert.Equal(t, asked[2], asked[i+2], "all slices are of one length")
		assert.GreaterOrEqual(t, asked[i+2][1], longer)
	}
	for _, m := range []Measured{p.Contender, p.Reference} {
		assert.Zero(t, m.Errors.Total(), m.Errors)
		assert.Equal(t, 8, m.Answering)
		assert.Positive(t, m.Requests)
		assert.Greater(t, m.Total, m.Requests)
		assert.EqualValues(t, m.Requests, m.Latency.TotalCount())
		assert.Positive(t, m.ClientCPU)
	}
	assert.InEpsilon(t, p.Contender.Rate()/p.Reference.Rate(), p.Ratio, 1e-9)
}

// steady is a side that answers at a fixed rate.
type steady struct {
	perSecond float64
	fail      error
	slices    *int
}

func (s steady) Slice(_, measure time.Duration) (Slice, error) {
	*s.slices++
	if s.fail != nil && *s.slices > 5 {
		return Slice{Requests: 1, Total: 1}, s.fail
	}
	n := uint64(s.perSecond * measure.Seconds())
	return Slice{Requests: n, Total: 2 * n, Seconds: measure.Seconds(), Answering: 3}, nil
}

func TestPairSums(t *testing.T) {
	slices := 0
	p, err := Pair(context.Background(), steady{60_000, nil, &slices}, steady{80_000, nil, &slices}, Plan{Time: 1})
	require.NoError(t, err)
	assert.Equal(t, 4, p.Slices, "one round, however short the time")
	assert.InDelta(t, 0.75, p.Ratio, 1e-6)
	assert.EqualValues(t, 2*60_000*25/1000, p.Contender.Requests)
	assert.EqualValues(t, 3*2*60_000*25/1000, p.Contender.Total, "the warm-up's replies are in the total")
	assert.Zero(t, p.Contender.Latency.TotalCount())
}

func TestPairMakesSlicesLongEnough(t *testing.T) {
	slices := 0
	p, err := Pair(context.Background(), steady{10_000, nil, &slices}, steady{100_000, nil, &slices}, Plan{Time: 1, Connections: 1000})
	require.NoError(t, err)
	assert.InDelta(t, 2*0.3, p.Reference.Seconds, 0.001, "3 replies of each of 1,000 connections at 10,000 a second")
	p, err = Pair(context.Background(), steady{1000, nil, &slices}, steady{1000, nil, &slices}, Plan{Time: 1, Connections: 1000})
	require.NoError(t, err)
	assert.InDelta(t, 2, p.Reference.Seconds, 0.001, "but a second at most")
}

func TestPairKeepsWhatItHas(t *testing.T) {
	slices := 0
	broken := errors.New("broken")
	p, err := Pair(context.Background(), steady{1000, broken, &slices}, steady{1000, nil, &slices}, Plan{Time: time.Hour})
	require.ErrorIs(t, err, broken)
	assert.Equal(t, 3, p.Slices)
	assert.Positive(t, p.Ratio)

	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(broken)
	_, err = Pair(ctx, steady{1000, nil, &slices}, steady{1000, nil, &slices}, Plan{})
	require.ErrorIs(t, err, broken)
	_, err = Pair(context.Background(), nil, nil, Plan{Discard: -1})
	require.ErrorContains(t, err, "discarded part of -1ns")
}

func TestAlternate(t *testing.T) {
	e := start(t, Options{})
	a, b := dial(t, e, serving(t, honest), 1), dial(t, e, serving(t, honest), 1)
	began := time.Now()
	p, err := e.Alternate(context.Background(), a, b, short, longer, false)
	require.NoError(t, err)
	assert.LessOrEqual(t, p.Contender.Seconds+p.Reference.Seconds, time.Since(began).Seconds(), "neither side's time holds the other's")
	assert.Positive(t, p.Ratio)
	assert.Equal(t, p.Contender.Total, p.Reference.Total)
	for _, m := range []Measured{p.Contender, p.Reference} {
		assert.EqualValues(t, m.Requests, m.Latency.TotalCount())
		assert.Positive(t, m.Requests)
		assert.Positive(t, m.ClientCPU)
		assert.Equal(t, 1, m.Answering)
		const digits = 0.999 // of the histogram
		assert.GreaterOrEqual(t, m.Seconds, digits*m.Latency.Mean()/1e9*float64(m.Requests), "its time holds all its response times")
	}
	_, err = e.Alternate(context.Background(), a, dial(t, e, a.Addr(), 2), short, longer, false)
	require.ErrorContains(t, err, "exactly one connection")
}

func TestAlternateWithASilentServer(t *testing.T) {
	e := start(t, Options{Timeout: 300 * time.Millisecond})
	a, b := dial(t, e, serving(t, honest), 1), dial(t, e, serving(t, silent), 1)
	p, err := e.Alternate(context.Background(), a, b, 0, time.Hour, true)
	require.ErrorContains(t, err, "no reply within 300ms")
	assert.Equal(t, 1, p.Reference.Errors.Timeout)
	assert.Zero(t, p.Ratio)
}

func TestSteadyKeepsWhatItHasWhenTheContextEnds(t *testing.T) {
	e := start(t, Options{})
	g := dial(t, e, serving(t, honest), 4)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	var m Measured
	var err error
	go func() {
		defer close(done)
		m, err = e.Steady(ctx, g, 0, time.Hour)
	}()
	for g.Replies() < 100 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	require.NoError(t, err)
	assert.GreaterOrEqual(t, m.Total, uint64(100))
	assert.EqualValues(t, m.Requests, m.Latency.TotalCount())
	assert.Zero(t, m.Errors.Total())
}
