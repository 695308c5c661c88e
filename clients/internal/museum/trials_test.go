package museum

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/stats"
)

// equals is a table of equals with that much noise, whose first twin happens to be near to 1.
func equals(noise float64) (t ranking) {
	random := rand.New(rand.NewPCG(1, 2))
	_ = t.fill(func() (float64, error) { return math.Exp(0.05 * noise * random.NormFloat64()), nil })
	t.twins[0] = []float64{1, 1, 1, 1, 1, 1}
	return t
}

func TestASingleTwinFindsWhatIsNotThere(t *testing.T) {
	table := equals(1)
	assert.Len(t, table.ratios(), (contenders+twinsEach)*stats.MinRounds)
	eye, floor := anyDifferent(table.ratios(), 7)
	assert.Greater(t, eye, 20.0)
	assert.LessOrEqual(t, floor, 10.0)
	again, _ := anyDifferent(table.ratios(), 7)
	assert.InDelta(t, eye, again, 0, "a seed repeats its draws")

	table.contenders[3] = []float64{1.01, 1.02, 1.03, 1.01, 1.02, 1.03} // all above 1, by what is noise
	assert.Positive(t, table.byEye())
	n, bound := table.byFloor(1)
	assert.Zero(t, n)
	assert.Greater(t, bound, 0.02)
	table.contenders[3] = []float64{1.51, 1.52, 1.53, 1.51, 1.52, 1.53}
	n, _ = table.byFloor(1)
	assert.Equal(t, 1, n, "a difference that is there")

	assert.ErrorIs(t, new(ranking).fill(func() (float64, error) { return 0, errTooShort }), errTooShort)
}

func TestOff(t *testing.T) {
	assert.InDelta(t, 25, off(1.25), 1e-9)
	assert.InDelta(t, 25, off(0.8), 1e-9)
	assert.Zero(t, off(1))
}

func TestAWindowIsPutToTheGates(t *testing.T) {
	h := hdrhistogram.New(1, int64(time.Minute), 3)
	parts := make([]engine.Part, engine.Parts)
	for i := range parts {
		parts[i] = engine.Part{Requests: 6400, Seconds: 0.05}
	}
	parts[7].Requests = 0
	requests := uint64(6400 * (engine.Parts - 1))
	m := engine.Measured{Requests: requests, Total: requests, Seconds: 1, Latency: h}
	m.Parts, m.Wall, m.ClientCPU = parts, time.Second, 990*time.Millisecond
	// The books are right: rankConns users, each always waiting for a reply.
	each := int64(rankConns * float64(time.Second) / float64(requests))
	require.NoError(t, h.RecordValues(each, int64(requests)))
	var j judgements
	require.NoError(t, j.judge(m, time.Second, rankConns))
	assert.Less(t, j.books[0], 1.0)
	assert.Zero(t, j.slowest[0])
	assert.Equal(t, map[string]int{gateSteady: 1}, j.withheld)
	assert.Contains(t, j.reason, "stalled: 0 replies/s in part 8 of 20")

	m.ClientCPU = 0
	require.NoError(t, j.judge(m, 0, rankConns-1))
	assert.Equal(t, map[string]int{gateSteady: 2, gateBusy: 1, gateRoll: 1}, j.withheld)
	m.Seconds, m.Lost = 2, 1
	require.NoError(t, j.judge(m, time.Second, rankConns))
	assert.Equal(t, 1, j.withheld[gateBooks])
	assert.InDelta(t, 50, j.books[2], 1)
	assert.Equal(t, 1, j.withheld[gateLost])

	m.Parts = parts[:2]
	assert.ErrorIs(t, j.judge(m, 0, rankConns), errTooShort)
}
