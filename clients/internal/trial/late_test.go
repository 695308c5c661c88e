package trial

import (
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
)

// openLoop are 10,000 responses of 100 us, of which so many were sent 50 us late.
func openLoop(t *testing.T, late int64) (m engine.Measured) {
	m.Latency, m.Lateness = hdrhistogram.New(1, int64(time.Minute), 3), hdrhistogram.New(1, int64(time.Minute), 3)
	require.NoError(t, m.Latency.RecordValues(100_000, 10_000))
	require.NoError(t, m.Lateness.RecordValues(0, 10_000-late))
	if late > 0 {
		require.NoError(t, m.Lateness.RecordValues(50_000, late))
	}
	return m
}

func TestLatePercentilesAreWithheldOneByOne(t *testing.T) {
	for _, c := range []struct {
		late  int64
		note  string
		known result.Latency // 1: shown
		ratio float64
	}{
		{0, "", result.Latency{P50: 1, P90: 1, P99: 1, Max: 1}, 1},
		{50, "thread max", result.Latency{P50: 1, P90: 1, P99: 1}, 1},
		{500, "thread p99, max", result.Latency{P50: 1, P90: 1}, 1},
		{8000, "thread p50, p90, p99, max", result.Latency{}, 0},
	} {
		ev := evidence{paired: engine.Paired{Contender: openLoop(t, c.late), Reference: openLoop(t, 0)}}
		rec := result.Record{Metric: result.Response, Ratio: 1, Contender: result.Side{Service: "thread"}, Reference: result.Side{Service: "epoll"}}
		require.NoError(t, rec.Contender.SetLatency(ev.paired.Contender.Latency))
		require.NoError(t, rec.Reference.SetLatency(ev.paired.Reference.Latency))
		(&Trial{bench: &Bench{}}).punctual(ev, &rec)
		assert.Equal(t, c.note, rec.Notes[lateNote])
		l := rec.Contender.Latency
		assert.Equal(t, []bool{c.known.P50 > 0, c.known.P90 > 0, c.known.P99 > 0, c.known.Max > 0}, []bool{l.P50 > 0, l.P90 > 0, l.P99 > 0, l.Max > 0}, "%d late", c.late)
		assert.Equal(t, c.known.P99 > 0, rec.Contender.Histogram != "", "what is withheld can't be read from the histogram")
		assert.InDelta(t, c.ratio, rec.Ratio, 0, "a ratio of medians needs both")
		assert.NotEmpty(t, rec.Reference.Histogram)
	}
}
