package experiment

import (
	"context"
	"fmt"
	"math"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// inTimeUS is how long 99 of 100 may wait at most, in µs.
const inTimeUS = 1000

// Capacity: how much can be asked of a server before those who ask have to wait. Requests are due at random times, as
// those of people who don't know of each other are (Poisson): an even spacing never has two at once, and flatters.
var capacity = Experiment{
	Name:   "capacity",
	About:  "64 connections asked at random times, more and more often: the highest rate with a p99 of at most 1 ms, and response times over the rate",
	Metric: result.Figures,
	Cells:  []Cell{{Connections: 64, Window: 4500 * time.Millisecond, Load: "requests at random times, at rising rates"}},
	Ask:    findCapacity,
}

func findCapacity(ctx context.Context, s Subject, c Cell) (Answer, error) {
	e, err := s.Engine("capacity", engine.Options{})
	if err != nil {
		return Answer{}, err
	}
	g, err := group(ctx, s, e, s.Addr(protocol.Echo), c.Connections)
	if err != nil {
		return Answer{}, err
	}
	defer g.Close()
	one := c.Window / 15 // of a closed loop and, usually, 12 to 14 steps
	closed, err := steady(ctx, e, g, engine.Closed(), one)
	if err != nil {
		return Answer{}, fmt.Errorf("asking for what a closed loop takes: %w", err)
	}
	seed := s.Seed()
	search := newSearch(closed.Rate(), func(rate float64) (level, error) {
		d := max(one, time.Duration(enoughP99*1.1/rate*float64(time.Second)))
		seed++
		m, err := steady(ctx, e, g, engine.Poisson(rate, seed), d)
		if err != nil {
			return level{}, fmt.Errorf("at %g requests/s: %w", rate, err)
		}
		return levelOf(rate, m), nil
	})
	// The slowest step may take as long as four usual ones.
	search.least = enoughP99 / (4 * one.Seconds())
	err = search.run()
	return search.answer(), err
}

// level is what one rate showed. A percentile is 0 where it may not be told.
type level struct {
	rate     float64 // that was asked for
	got      float64 // replies a second
	p50, p99 float64 // µs
	in       bool    // p99 is at most 1 ms
	why      string  // where it is not: the client was late, so it isn't known to be the server
}

func levelOf(rate float64, m engine.Measured) level {
	l := level{rate: rate, got: m.Rate()}
	p99, known := percentile(m.Latency, 99)
	// A client that is late only adds to what is counted: what is in time nevertheless, is.
	sent := gate.Sent(m.Sent, m.Planned) == ""
	l.in = known && p99 <= inTimeUS && sent
	if !sent {
		return l // requests waited for room on their connections: it is beyond what the server takes
	}
	if late(m, 50) == "" {
		l.p50, _ = percentile(m.Latency, 50)
	}
	switch why := late(m, 99); {
	case why == "":
		l.p99 = p99
	case !l.in:
		l.why = why
	}
	return l
}

// search finds the highest rate that is in time: up in steps until one is not, then halving between.
type search struct {
	closed float64 // the closed loop's rate, where the steps start from
	least  float64 // rate for which a step's time is enough
	try    func(rate float64) (level, error)
	levels map[float64]level
	good   float64 // the highest rate in time; 0: none
	bad    level   // the lowest above it that is not; rate 0: none
}

func newSearch(closed float64, try func(rate float64) (level, error)) *search {
	return &search{closed: closed, try: try, levels: map[float64]level{}}
}

// steps are rates that are tried, as parts of a closed loop's. (The machine may have been slower then.)
var steps = []float64{0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 1, 1.15, 1.3}

// halvings make the last interval, a tenth of the rate or so, 16 times smaller.
const halvings = 4

func (s *search) run() error {
	for _, part := range steps {
		rate := rounded(part * s.closed)
		if rate < s.least {
			continue
		}
		in, err := s.step(rate)
		if err != nil {
			return err
		}
		if !in {
			break
		}
	}
	for range halvings {
		rate := rounded((s.good + s.bad.rate) / 2)
		if s.good == 0 || s.bad.rate == 0 || rate <= s.good || rate >= s.bad.rate {
			return nil
		}
		if _, err := s.step(rate); err != nil {
			return err
		}
	}
	return nil
}

// step tries a rate, and one that is too high a second time: a machine has hiccups of a millisecond, too.
func (s *search) step(rate float64) (in bool, err error) {
	var l level
	for range 2 {
		if l, err = s.try(rate); err != nil {
			return false, err
		}
		s.levels[rate] = l
		if l.in {
			s.good = rate
			return true, nil
		}
	}
	s.bad = l
	return false, nil
}

func (s *search) answer() Answer {
	a := Answer{Figures: map[string]float64{"closed_rate_per_s": s.closed}}
	for rate, l := range s.levels {
		at := fmt.Sprintf("@%.0f", rate)
		a.Figures["rate_per_s"+at] = l.got
		for name, us := range map[string]float64{"p50_us": l.p50, "p99_us": l.p99} {
			if us > 0 {
				a.Figures[name+at] = us
			}
		}
	}
	switch {
	case len(s.levels) == 0:
		a.Withheld = fmt.Sprintf("the closed loop has %.0f replies/s: too few for a p99 in this time", s.closed)
	case s.good == 0 && s.bad.why == "":
		a.Bound = fmt.Sprintf("p99 over 1 ms already at %.0f requests/s", s.bad.rate)
	case s.bad.why != "":
		a.Withheld = fmt.Sprintf("the highest rate is not known: at %.0f requests/s %s", s.bad.rate, s.bad.why)
	case s.bad.rate == 0:
		a.Withheld = fmt.Sprintf("p99 within 1 ms at %.0f requests/s, and no higher rate was tried", s.good)
	default:
		a.Figures["capacity_per_s"] = s.good
	}
	return a
}

// rounded has three significant digits.
func rounded(rate float64) float64 {
	if rate <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(rate))-2)
	return math.Round(rate/unit) * unit
}
