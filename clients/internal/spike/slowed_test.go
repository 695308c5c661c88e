package spike

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/standin"
)

func TestPlantedEffectIsExact(t *testing.T) {
	for _, s := range append([]Slowed{{3}}, Steps...) {
		assert.InDelta(t, 1-float64(s.Uncounted)/100, s.Rate(), 1e-12)
		assert.InDelta(t, 1, s.Rate()*s.CPU(), 1e-12)
		conns, err := s.Connect(context.Background(), standin.Engines{T: t}, standin.Echo(t))
		require.NoError(t, err)
		t.Cleanup(conns.Close)
		n, err := conns.Check(context.Background(), time.Minute)
		require.NoError(t, err)
		assert.Equal(t, Clients, n, "all are served")
		all, err := conns.(Counted).Group.Slice(0, 20*time.Millisecond)
		require.NoError(t, err)
		require.Len(t, all.Each, Clients)
		slice, err := conns.Slice(0, 20*time.Millisecond)
		require.NoError(t, err)
		assert.Len(t, slice.Each, Clients-s.Uncounted)
		sum, parts := uint64(0), uint64(0)
		for _, n := range slice.Each {
			sum += uint64(n)
		}
		for _, p := range slice.Parts {
			parts += p.Requests
		}
		assert.Equal(t, sum, slice.Requests)
		assert.GreaterOrEqual(t, slice.Total, slice.Requests)
		assert.InDelta(t, slice.Requests, parts, engine.Parts, "rounded in each part")
		assert.Nil(t, slice.Latency, "whose times these are is not known")
	}
}
