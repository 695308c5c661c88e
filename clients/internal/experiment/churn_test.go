package experiment

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// resets hangs up before it answers.
func resets(c net.Conn) { _ = c.Close() }

func TestVisitsAreCountedAndTheRollIsCalledByThem(t *testing.T) {
	t.Parallel()
	var taken atomic.Int64
	s := serving(t, "thread", func(c net.Conn) { taken.Add(1); echo(c) })
	side, err := visits(context.Background(), s, s.Addr, Cell{Visits: 4})
	require.NoError(t, err)
	defer side.Close()
	answered, err := side.Check(context.Background(), 5*time.Second)
	require.NoError(t, err)
	assert.Equal(t, 4, answered)

	other, err := visits(context.Background(), s, s.Addr, Cell{Visits: 4})
	require.NoError(t, err)
	defer other.Close()
	before := taken.Load()
	p, err := visitsByTurns(context.Background(), nil, Sides{Contender: side, Reference: other}, Cell{Visits: 4, Window: time.Millisecond})
	require.NoError(t, err)
	assert.Equal(t, 4, p.Slices)
	assert.Zero(t, p.Contender.Errors.Total(), p.Contender.Errors.First)
	assert.Positive(t, p.Contender.Requests)
	assert.EqualValues(t, p.Contender.Total+p.Reference.Total, taken.Load()-before, "each visit is a connection of its own")
}

func TestRollCallByVisitsThatFail(t *testing.T) {
	s := serving(t, "thread", resets)
	side, err := visits(context.Background(), s, s.Addr, Cell{Visits: 2})
	require.NoError(t, err)
	defer side.Close()
	answered, err := side.Check(context.Background(), time.Second)
	assert.ErrorContains(t, err, "all 2 at a time failed")
	assert.Zero(t, answered)
}

func TestVisitsOfOneThatRunsUnasked(t *testing.T) {
	s, log := held(nil)
	_, err := visitsByTurns(context.Background(), nil, s, Cell{Visits: 1, Window: time.Nanosecond})
	require.NoError(t, err)
	assert.Equal(t, []string{"contender, long", "reference alone, long"}, (*log)[:2], "it is let go for its own slices, and held in the other's")
}

func TestFairCountsVisitsAndErrors(t *testing.T) {
	t.Parallel()
	cell := Cell{Visits: 3, Window: 100 * time.Millisecond}
	a, err := askFair(context.Background(), serving(t, "prefork", echo), cell)
	require.NoError(t, err)
	assert.Positive(t, a.Figures["visits_per_s"])
	assert.Positive(t, a.Figures["jain"])
	assert.LessOrEqual(t, a.Figures["jain"], 1.0)
	assert.Zero(t, a.Figures["errors"])
	assert.Empty(t, a.Notes)

	a, err = askFair(context.Background(), serving(t, "prefork", resets), cell)
	require.NoError(t, err, "errors are what is counted")
	assert.EqualValues(t, 3, a.Figures["errors"])
	assert.NotEmpty(t, a.Notes["errors"])
	assert.Zero(t, a.Figures["visits_per_s"])
}

// One client of two meets an error, and comes no more.
func TestFairSeesWhoIsLeftOut(t *testing.T) {
	t.Parallel()
	var left atomic.Bool
	s := serving(t, "prefork", func(c net.Conn) {
		if left.CompareAndSwap(false, true) {
			_, _ = c.Read(make([]byte, 1))
			return // its place stays empty
		}
		echo(c)
	})
	a, err := askFair(context.Background(), s, Cell{Visits: 2, Window: 200 * time.Millisecond})
	require.NoError(t, err)
	assert.InDelta(t, 0.5, a.Figures["jain"], 1e-9, "all visits are one client's")
	assert.EqualValues(t, 1, a.Figures["errors"])
}
