package experiment

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// upTo is a server that has a p99 of at most 1 ms up to that rate.
func upTo(most float64, asked *[]float64) func(float64) (level, error) {
	return func(rate float64) (level, error) {
		*asked = append(*asked, rate)
		l := level{rate: rate, got: min(rate, most), p50: 50, p99: 5000}
		if l.in = rate <= most; l.in {
			l.p99 = 500
		}
		return l, nil
	}
}

func TestCapacityIsFoundWithinAHundredth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		closed := rapid.Float64Range(1000, 500_000).Draw(t, "closed loop")
		most := closed * rapid.Float64Range(0.11, 1.29).Draw(t, "part")
		var asked []float64
		s := newSearch(closed, upTo(most, &asked))
		require.NoError(t, s.run())
		a := s.answer()
		require.Empty(t, a.Withheld)
		require.Empty(t, a.Bound)
		found := a.Figures["capacity_per_s"]
		assert.LessOrEqual(t, found, most)
		assert.InDelta(t, most, found, 0.02*closed)
		assert.LessOrEqual(t, len(asked), len(steps)+1+2*halvings)
		assert.Contains(t, a.Figures, fmt.Sprintf("p99_us@%.0f", found), "its own step is in the curve")
		for i, rate := range asked[1:] {
			if rate == asked[i] {
				assert.Greater(t, rate, most, "only what was too much is tried twice")
			}
		}
	})
}

func TestAHiccupIsNoCapacity(t *testing.T) {
	seen := map[float64]int{}
	s := newSearch(10_000, func(rate float64) (level, error) {
		seen[rate]++
		return level{rate: rate, in: rate < 9000 && (rate != 4000 || seen[rate] == 2)}, nil
	})
	require.NoError(t, s.run())
	assert.InDelta(t, 8900, s.answer().Figures["capacity_per_s"], 100)
	assert.Equal(t, 2, seen[4000])
}

func TestCapacityThatIsNotKnown(t *testing.T) {
	var asked []float64
	for name, c := range map[string]struct {
		try   func(float64) (level, error)
		least float64
		want  Answer
	}{
		"slower than 1 ms": {try: upTo(1, &asked), want: Answer{Bound: "p99 over 1 ms already at 1000 requests/s"}},
		"no end":           {try: upTo(1e9, &asked), want: Answer{Withheld: "p99 within 1 ms at 13000 requests/s, and no higher rate was tried"}},
		"too few":          {try: upTo(1e9, &asked), least: 20_000, want: Answer{Withheld: "the closed loop has 10000 replies/s: too few for a p99 in this time"}},
		"the client": {
			try: func(rate float64) (level, error) {
				return level{rate: rate, in: rate < 2000, why: "it was late"}, nil
			},
			want: Answer{Withheld: "the highest rate is not known: at 2040 requests/s it was late"},
		},
	} {
		s := newSearch(10_000, c.try)
		s.least = c.least
		require.NoError(t, s.run(), name)
		a := s.answer()
		assert.Equal(t, c.want.Bound, a.Bound, name)
		assert.Equal(t, c.want.Withheld, a.Withheld, name)
		assert.NotContains(t, a.Figures, "capacity_per_s", name)
	}
	s := newSearch(10_000, func(float64) (level, error) { return level{}, errors.New("it is gone") })
	assert.ErrorContains(t, s.run(), "it is gone")
}

func TestLevels(t *testing.T) {
	fine := levelOf(5000, kept(5000, 50*time.Microsecond, 60*time.Microsecond))
	assert.True(t, fine.in)
	assert.InDelta(t, 50, fine.p99, 1)

	slow := levelOf(5000, kept(6000, 50*time.Millisecond, 50*time.Millisecond))
	assert.False(t, slow.in)
	assert.Empty(t, slow.why, "it is the server's")

	m := kept(6000, 50*time.Microsecond, 60*time.Microsecond)
	m.Sent = 5000
	over := levelOf(5000, m)
	assert.False(t, over.in)
	assert.Zero(t, over.p50, "an open loop that could not send has no percentiles")

	m = kept(6000, 50*time.Microsecond, 60*time.Microsecond)
	m.Lateness = times(6000, time.Microsecond, 30*time.Microsecond)
	m.Latency = times(4000, 50*time.Microsecond, 60*time.Microsecond)
	assert.False(t, levelOf(5000, m).in, "a percentile of too few")

	m = kept(6000, 400*time.Microsecond, 400*time.Microsecond)
	m.Lateness = times(6000, 300*time.Microsecond, 300*time.Microsecond)
	late := levelOf(5000, m)
	assert.True(t, late.in, "a late client only adds: what is in time nevertheless, is")
	assert.Zero(t, late.p99, "and yet it is not told")

	m = kept(6000, 4*time.Millisecond, 4*time.Millisecond)
	m.Lateness = times(6000, 3*time.Millisecond, 3*time.Millisecond)
	late = levelOf(5000, m)
	assert.False(t, late.in)
	assert.Contains(t, late.why, "the client itself was")
}

func TestRounded(t *testing.T) {
	for x, want := range map[float64]float64{0: 0, 123: 123, 1234: 1230, 98_765: 98_800, 99_960: 100_000} {
		assert.InDelta(t, want, rounded(x), 1e-6)
	}
}

func TestCapacityOfAServer(t *testing.T) {
	s := serving(t, "epoll", echo)
	a, err := capacity.Ask(context.Background(), s, Cell{Connections: 4, Window: 15 * 20 * time.Millisecond})
	require.NoError(t, err)
	assert.Positive(t, a.Figures["closed_rate_per_s"])
	assert.Empty(t, a.Refused)
}
