package engine

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestArrivalsKeepTheirValuesAsText(t *testing.T) {
	for text, a := range map[string]Arrivals{
		"closed":                Closed(),
		"think:20ms":            Think(20 * time.Millisecond),
		"think-exp:1.5s:7":      ThinkExp(1500*time.Millisecond, 7),
		"fixed:0.25":            Fixed(0.25),
		"poisson:1000000:10086": Poisson(1e6, 10086),
	} {
		assert.Equal(t, text, a.String())
		got, err := ParseArrivals(text)
		require.NoError(t, err)
		assert.Equal(t, a, got)
	}
	for _, bad := range []string{"", "open:1", "closed:1", "fixed", "fixed:x", "fixed:0", "fixed:1:2", "poisson:1", "poisson:1:-1", "think:1", "think-exp:1s:x", "think:-1s"} {
		_, err := ParseArrivals(bad)
		assert.ErrorContains(t, err, "arrivals \""+bad+"\": ", bad)
	}
}

// dueTimes are the schedule's, of all connections, until that time in seconds.
func dueTimes(a Arrivals, load uint64, conns int, until float64) []float64 {
	streams := make([]stream, conns)
	seedStreams(streams, a.seed, load)
	var all []float64
	for i := range streams {
		s := &streams[i]
		for s.begin(a, i, conns); s.at < until*1e9; s.step(a, conns) {
			all = append(all, s.at)
		}
	}
	slices.Sort(all)
	return all
}

func TestFixedScheduleIsEvenlySpaced(t *testing.T) {
	for _, conns := range []int{1, 7, 64} {
		all := dueTimes(Fixed(3000), 1, conns, 10)
		require.Equal(t, 30_000, len(all)) // Len would print them all
		for i, at := range all {
			require.InDelta(t, float64(i)*1e9/3000, at, 0.5, "request %d over %d connections", i, conns)
		}
	}
}

func TestPoissonScheduleIsTheSeeds(t *testing.T) {
	all := dueTimes(Poisson(3000, 7), 1, 16, 10)
	assert.Equal(t, all, dueTimes(Poisson(3000, 7), 1, 16, 10), "the same seed, the same times")
	assert.NotEqual(t, all, dueTimes(Poisson(3000, 8), 1, 16, 10), "another seed")
	assert.NotEqual(t, all, dueTimes(Poisson(3000, 7), 2, 16, 10), "another slice")

	assert.InEpsilon(t, 30_000, len(all), 0.03, "5 standard deviations")
	// The number of arrivals in 10 ms of a Poisson process has the variance of its mean, 30.
	counts := make([]float64, 1000)
	for _, at := range all {
		counts[int(at/1e7)]++
	}
	variance := 0.0
	for _, n := range counts {
		variance += (n - 30) * (n - 30) / 1000
	}
	assert.InEpsilon(t, 30, variance, 0.25)
}

func TestThinkTimesHaveTheirMean(t *testing.T) {
	s := make([]stream, 1)
	seedStreams(s, 1, 1)
	sum, above := 0.0, 0
	for range 100_000 {
		d := s[0].thought(ThinkExp(time.Millisecond, 1))
		sum += float64(d)
		if d > int64(time.Millisecond) {
			above++
		}
	}
	assert.InEpsilon(t, 1e6, sum/100_000, 0.02)
	assert.InEpsilon(t, 36_788, above, 0.03, "1/e of them are longer than the mean")
	assert.EqualValues(t, time.Second, s[0].thought(Think(time.Second)))
}

func TestAgendaKeepsItsOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var a agenda
	var want []int64
	assert.Equal(t, never, a.next())
	for range 5000 {
		switch at := random.Int64N(1000); {
		case len(want) > 0 && at%3 == 0:
			want = want[1:]
			a.pop()
		case len(want) > 0 && at%3 == 1:
			want[0] = at
			a.replace(at, int32(at))
		default:
			want = append(want, at)
			a.push(at, int32(at))
		}
		slices.Sort(want)
		require.Len(t, a, len(want))
		if len(want) > 0 {
			require.Equal(t, want[0], a.next())
			require.EqualValues(t, a[0].at, a[0].conn)
		}
	}
}

func TestAConnectionFitsIntoACacheLine(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(conn{}), uintptr(64))
}
