package trial

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClientIsBlamedForWhatFallsEveryTime(t *testing.T) {
	for _, c := range []struct {
		left  []float64
		asked int
		bound bool
	}{
		{[]float64{1.0}, 1, false},
		{[]float64{0.98}, 1, false},
		{[]float64{0.90, 0.96, 0.88}, 3, true},
		{[]float64{0.90, 0.99}, 2, false},
		{[]float64{0.90, 0.91, 1.01}, 3, false},
	} {
		all, reason, err := clientBound(func() func() (float64, error) {
			i := -1
			return func() (float64, error) { i++; return c.left[i], nil }
		}())
		require.NoError(t, err)
		assert.Len(t, all, c.asked, "%v", c.left)
		assert.Equal(t, c.bound, reason != "", "%v: %s", c.left, reason)
	}
	_, _, err := clientBound(func() (float64, error) { return 0, errors.New("gone") })
	assert.ErrorContains(t, err, "gone")
}
