package engine

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSpinTakesItsTimeForEachReply(t *testing.T) {
	const spin = 500 * time.Microsecond
	addr := serving(t, honest)
	e := start(t, Options{Pipeline: 2})
	churn, err := start(t, Options{}).Churn(context.Background(), addr, 2)
	require.NoError(t, err)
	t.Cleanup(churn.Close)
	w := spawn(t, Options{CPU: -1})
	require.NoError(t, w.Dial(context.Background(), addr, 4))
	for name, side := range map[string]Spinner{"group": dial(t, e, addr, 4), "churn": churn, "worker": w} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, side.Spin(spin))
			s, err := side.Slice(short, longer)
			require.NoError(t, err)
			require.Zero(t, s.Errors.Total(), s.Errors)
			assert.GreaterOrEqual(t, s.Seconds, (time.Duration(s.Requests) * spin).Seconds())
			assert.Positive(t, s.Total)
			assert.ErrorContains(t, side.Spin(-1), "choose 0 to 10ms")
			assert.ErrorContains(t, side.Spin(time.Second), "choose 0 to 10ms")
		})
	}
}

func TestSpun(t *testing.T) {
	const spin = 200 * time.Microsecond
	g := dial(t, start(t, Options{}), serving(t, honest), 4)
	switches := 0
	p, err := Spun(context.Background(), g, spin, Plan{Time: 1, Warm: short, Discard: short, Measure: longer, OnSwitch: func(active Side) {
		assert.Same(t, g, active)
		switches++
	}})
	require.NoError(t, err)
	assert.Equal(t, 6, switches)
	assert.Equal(t, 4, p.Slices)
	assert.LessOrEqual(t, p.Contender.Rate(), 1/spin.Seconds(), "with spin there can't be more")
	assert.Positive(t, p.Reference.Requests)
	assert.Zero(t, g.spin, "afterwards the client is as it was")

	_, err = Spun(context.Background(), g, time.Hour, Plan{})
	require.ErrorContains(t, err, "spin of 1h0m0s")
	assert.Zero(t, g.spin)
}
