package experiment

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func asksCliff(t *testing.T, model string, handle func(net.Conn)) Answer {
	a, err := findCliff(context.Background(), serving(t, model, handle), cliff.Cells[0])
	require.NoError(t, err)
	return a
}

func TestCliffOfSilence(t *testing.T) {
	t.Parallel()
	a := asksCliff(t, "thread", room(100, silent))
	assert.Equal(t, map[string]float64{"asked_for": 128, "answered": 100, "stops_at": 100}, a.Figures)
	assert.Equal(t, map[string]string{"how": "28 connected and not answered: the server has not accepted them"}, a.Notes)
	assert.Empty(t, a.Withheld)
}

func TestCliffOfResets(t *testing.T) {
	t.Parallel()
	a := asksCliff(t, "thread", room(300, reset))
	assert.EqualValues(t, 300, a.Figures["stops_at"])
	assert.Equal(t, "ECONNRESET", a.Notes["errno"])
}

func TestCliffByNature(t *testing.T) {
	t.Parallel()
	a := asksCliff(t, "threadpool", atATime(64, echo))
	assert.EqualValues(t, 64, a.Figures["stops_at"])
	assert.Equal(t, "64 of 128", a.Notes["nature"])
}

func TestCliffOfWrongAnswersIsWithheld(t *testing.T) {
	a := asksCliff(t, "thread", func(c net.Conn) { _, _ = io.WriteString(c, "absent!\n") })
	assert.Contains(t, a.Withheld, "clients were answered wrongly")
}

func TestClimbThatMeetsNoLimitButItsOwn(t *testing.T) {
	y, died, err := climb(context.Background(), serving(t, "thread", echo), 10, 70)
	require.NoError(t, err)
	assert.False(t, died)
	assert.Equal(t, 70, y.came)
	assert.Equal(t, 70, y.answered)
	n, bound := holdable()
	assert.Positive(t, n)
	assert.NotEmpty(t, bound)
}

// collapses is a service that loses all its clients when more than most have come, and is as good as new in a fresh process.
type collapses struct {
	*asked
	most  int
	mu    sync.Mutex
	in    []net.Conn
	fresh int
}

func (s *collapses) take(c net.Conn) {
	s.mu.Lock()
	s.in = append(s.in, c)
	if len(s.in) > s.most {
		for _, c := range s.in {
			reset(c)
			_ = c.Close()
		}
	}
	s.mu.Unlock()
	echo(c)
}

func (s *collapses) Fresh(context.Context, ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in = nil
	s.fresh++
	return nil
}

func TestCliffOfAServerThatLosesItsClientsIsNarrowed(t *testing.T) {
	t.Parallel()
	s := &collapses{most: 150}
	s.asked = serving(t, "thread", s.take)
	a, err := findCliff(context.Background(), s, cliff.Cells[0])
	require.NoError(t, err)
	assert.InDelta(t, 150, a.Figures["stops_at"], 4)
	assert.LessOrEqual(t, a.Figures["stops_at"], 150.)
	assert.Greater(t, a.Figures["asked_for"], a.Figures["stops_at"])
	assert.Contains(t, a.Notes["how"], "not any more")
	assert.Positive(t, s.fresh, "what it holds is looked for in fresh processes")
}

func TestTenThousandOfWhomAllAreAnswered(t *testing.T) {
	a, err := askTenThousand(context.Background(), serving(t, "thread", echo), Cell{Step: 60})
	require.NoError(t, err)
	assert.EqualValues(t, 60, a.Figures["answered"])
	assert.Empty(t, a.Bound+a.Withheld+a.Refused)
	assert.NotContains(t, a.Figures, "bytes_each", "this meter reads nothing")
}

func TestTenThousandOfWhomSomeAreNot(t *testing.T) {
	t.Parallel()
	a, err := askTenThousand(context.Background(), serving(t, "thread", room(60, reset)), Cell{Step: 100})
	require.NoError(t, err)
	assert.EqualValues(t, 60, a.Figures["answered"])
	assert.Equal(t, "stops at 60: of 100 who came, 40 met ECONNRESET", a.Bound)
	a, err = askTenThousand(context.Background(), serving(t, "thread", echo), Cell{Step: 1 << 30})
	require.NoError(t, err)
	assert.Contains(t, a.Refused, "too many for the client")
}

func TestBurstAsksWithEachBacklog(t *testing.T) {
	s := serving(t, "epoll", echo)
	a, err := askBurst(context.Background(), s, Cell{Connections: 50})
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"-backlog=5"}, {"-backlog=128"}, {"-backlog=4096"}}, s.args)
	for _, at := range []string{"@5", "@128", "@4096"} {
		assert.Zero(t, a.Figures["unanswered"+at])
		assert.Zero(t, a.Figures["refused"+at])
		assert.Contains(t, a.Figures, "retried"+at)
		for _, what := range []string{"connect", "reply"} {
			p50, p99, most := a.Figures[what+"_p50_us"+at], a.Figures[what+"_p99_us"+at], a.Figures[what+"_max_us"+at]
			assert.True(t, 0 < p50 && p50 <= p99 && p99 <= most, "%s%s: %g, %g, %g", what, at, p50, p99, most)
		}
		assert.GreaterOrEqual(t, a.Figures["reply_p50_us"+at], a.Figures["connect_p50_us"+at])
	}
}

func TestBurstOfWhomSomeAreTurnedAway(t *testing.T) {
	a, err := askBurst(context.Background(), serving(t, "epoll", room(30, reset)), Cell{Connections: 50})
	require.NoError(t, err)
	assert.EqualValues(t, 20, a.Figures["unanswered@5"])
	assert.EqualValues(t, 20, a.Figures["refused@5"])
	assert.EqualValues(t, 50, a.Figures["refused@128"], "the room stays full")
	assert.Equal(t, "50 met ECONNRESET", a.Notes["how@128"])
}

func TestTimes(t *testing.T) {
	a := Answer{Figures: map[string]float64{}}
	of := make([]time.Duration, 0, 1000)
	for i := 1000; i > 0; i-- {
		of = append(of, time.Duration(i)*time.Microsecond)
	}
	a.times("connect", "@5", of)
	assert.Equal(t, map[string]float64{"connect_p50_us@5": 500, "connect_p99_us@5": 990, "connect_max_us@5": 1000}, a.Figures)
	a.times("reply", "@5", nil)
	assert.Len(t, a.Figures, 3)
}
