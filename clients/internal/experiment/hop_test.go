package experiment

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
)

func TestHopComparesResponseWithOneAndRateWithMany(t *testing.T) {
	require.Len(t, hop.Cells, 2)
	assert.Equal(t, result.Response, hop.Compares(hop.Cells[0]))
	assert.Equal(t, result.Rate, hop.Compares(hop.Cells[1]))
	assert.Equal(t, result.Response, latency.Compares(latency.Cells[0]), "others have one metric")
	assert.True(t, hop.Users())
	assert.False(t, hop.Saturates, "who carries the bytes may be busier than either end")
}

func TestHopAsksOneByTurnsAndManyInSlices(t *testing.T) {
	e, err := engine.New(engine.Options{CPU: -1})
	require.NoError(t, err)
	defer e.Close()
	for _, n := range []int{1, 8} {
		a, b := serving(t, "epoll", echo), serving(t, "epoll", echo)
		contender, err := e.Dial(context.Background(), a.addr, n)
		require.NoError(t, err)
		reference, err := e.Dial(context.Background(), b.addr, n)
		require.NoError(t, err)
		p, err := overTheWay(context.Background(), e, Sides{Contender: contender, Reference: reference}, Cell{Connections: n, Window: 50 * time.Millisecond})
		require.NoError(t, err)
		assert.Zero(t, p.Contender.Errors.Total()+p.Reference.Errors.Total())
		assert.Positive(t, p.Contender.Requests)
		if n == 1 {
			assert.InDelta(t, p.Contender.Requests, p.Reference.Requests, 1, "request by request")
		} else {
			assert.Zero(t, p.Slices%4, "A B B A")
		}
		contender.Close()
		reference.Close()
	}
}
