package experiment

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/clients/internal/models"
)

func TestWorkIsSized(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		own := rapid.Float64Range(1e-6, 300e-6).Draw(t, "time of a visit, s")
		round := rapid.Float64Range(30e-9, 1e-6).Draw(t, "time of a round, s")
		off := rapid.Float64Range(0.8, 1.2).Draw(t, "what the second probe is off by")
		calls := 0
		taken := func(n int) (float64, error) {
			s := own + float64(n)*round
			if calls++; calls == 2 {
				s *= off
			}
			return 1 / s, nil
		}
		n, capacity, err := sized(taken)
		require.NoError(t, err)
		calls = 2
		want, _ := taken(n)
		assert.Equal(t, want, capacity)
		if n > 1 {
			assert.InEpsilon(t, sizedRate, capacity, sizedWithin+1e-9)
		} else {
			assert.Less(t, capacity, sizedRate*1.1, "even the least takes as long")
		}
	})
}

func TestSizingThatFails(t *testing.T) {
	for fails := range 3 {
		calls := 0
		_, _, err := sized(func(int) (float64, error) {
			if calls++; calls > fails {
				return 0, errors.New("gone")
			}
			return float64(1000 / calls), nil
		})
		assert.ErrorContains(t, err, "gone")
	}
}

func TestACrowdSeesWhatBecomesOfIt(t *testing.T) {
	visits := crowd{n: 3, rate: 400, window: 100 * time.Millisecond, patience: time.Minute}
	for name, c := range map[string]struct {
		handle  func(net.Conn)
		refused int
		wrong   string
	}{
		"answered":    {handle: work},
		"turned away": {handle: func(c net.Conn) { _ = c.Close() }, refused: 40},
		"a reset": {handle: func(c net.Conn) {
			_ = c.(*stoppable).Conn.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		}, refused: 40},
		"a wrong answer": {handle: func(c net.Conn) { _, _ = io.WriteString(c, digest(4)) }, wrong: "for an answer, where"},
		"half an answer": {handle: func(c net.Conn) {
			_, _ = c.Read(make([]byte, 2))
			_, _ = io.WriteString(c, digest(3)[:20])
		}, wrong: "unexpected EOF"},
	} {
		visits.addr = serving(t, "threadpool", c.handle).addr
		s, err := visits.visit(context.Background())
		require.NoError(t, err, name)
		assert.Equal(t, 40, s.visits, name)
		assert.Equal(t, c.refused, s.refused, "%s: %s", name, s.wrong)
		assert.Zero(t, s.waiting, name)
		if c.wrong != "" {
			assert.Contains(t, s.withheld(), c.wrong, name)
			continue
		}
		answers := uint64(0)
		for _, n := range s.shares {
			answers += n
		}
		assert.EqualValues(t, 40-c.refused, answers, "%s: %s", name, s.wrong)
		figures := map[string]float64{}
		s.put(figures, "x_")
		assert.InDelta(t, 100*float64(c.refused)/40, figures["x_refused_percent"], 1e-9, name)
		assert.LessOrEqual(t, figures["x_goodput_per_s"], 400.)
	}
}

func TestACrowdHasPatienceToAnEnd(t *testing.T) {
	silent := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	visits := crowd{addr: serving(t, "threadpool", silent).addr, n: 3, rate: 100, window: 50 * time.Millisecond, patience: 100 * time.Millisecond}
	s, err := visits.visit(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 5, s.waiting)
	assert.GreaterOrEqual(t, s.longest, visits.window+visits.patience, "the first waited from the beginning")
	assert.Zero(t, s.inWindow)

	visits.patience = time.Hour
	ctx, end := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer end()
	_, err = visits.visit(ctx)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestALateCrowdIsWithheld(t *testing.T) {
	s := seen{visits: 1000, late: 10}
	assert.Empty(t, s.withheld())
	s.late++
	assert.Contains(t, s.withheld(), "the client was late itself: 11 of 1000 visits")
}

func TestOverloadWithAndWithoutAdmission(t *testing.T) {
	for name, args := range map[string][][]string{"hybrid": {{"-admit=100"}}, "epoll": nil} {
		s := serving(t, name, work)
		c := overload.Cells[0]
		c.Window = 2 * time.Second
		a, err := overload.Ask(context.Background(), s, c)
		require.NoError(t, err)
		assert.Equal(t, args, s.args, "epoll has nothing to admit with")
		assert.Positive(t, a.Figures["max_ms"])
		assert.Positive(t, a.Figures["capacity_per_s"])
		_, with := a.Figures["admit_max_ms"]
		assert.Equal(t, args != nil, with, name)
		_, can := models.Sizes(name, nil)["admit"]
		assert.Equal(t, args != nil, can)
	}
}
