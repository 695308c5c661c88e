package experiment

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
)

// LongSlice is the measured part of a slice where a change of sides takes long itself: a process is stopped and let go on, or
// many threads wait for their turns until the last of their clients has its reply.
const LongSlice = 100 * time.Millisecond

// slices loads the two sides in turn, A B B A.
func slices(ctx context.Context, _ *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	return slicesOf(ctx, s, engine.Plan{Time: c.Window, Measure: c.Slice, Connections: c.Connections})
}

// slicesOf does so by a plan of one's own.
func slicesOf(ctx context.Context, s Sides, plan engine.Plan) (engine.Paired, error) {
	if s.Hold == nil {
		return engine.Pair(ctx, s.Contender, s.Reference, plan)
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	stopped := true // as a trial hands it over
	plan.Measure = max(plan.Measure, LongSlice)
	plan.OnSwitch = func(active engine.Side) {
		stop := active != engine.Side(s.Contender)
		if stop == stopped {
			return
		}
		if err := s.Hold(stop); err != nil {
			end(err) // no further slice begins
		}
		stopped = stop
	}
	return engine.Pair(ctx, s.Contender, s.Reference, plan)
}

// alternate asks contender and reference by turns, request by request: a server
// with one client is idle between its requests anyway, so nothing goes to sleep
// that would not in steady load. One that is never idle has slices instead: to
// stop it and let it go on takes longer than a request.
func alternate(ctx context.Context, e *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	return byTurns(ctx, e, s, c, false)
}

// alternateRested does so with a rest after each reply, in which a server may look at its idle clients.
func alternateRested(ctx context.Context, e *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	return byTurns(ctx, e, s, c, true)
}

func byTurns(ctx context.Context, e *engine.Engine, s Sides, c Cell, rest bool) (engine.Paired, error) {
	if s.Hold != nil {
		return slices(ctx, e, s, c)
	}
	a, isGroup := s.Contender.(*engine.Group)
	b, isToo := s.Reference.(*engine.Group)
	if !isGroup || !isToo {
		return engine.Paired{}, fmt.Errorf("alternating needs both connections in one engine, not in %T and %T", s.Contender, s.Reference)
	}
	return e.Alternate(ctx, a, b, warm(c.Window), c.Window-warm(c.Window), rest)
}

func warm(window time.Duration) time.Duration { return window / 10 }

// Least is the least that such a cell takes however short its window is: with
// slices that long, the warm-up and one round of both sides.
func Least(restless bool) time.Duration {
	if !restless {
		return 0
	}
	const warmUp, discard = 50 * time.Millisecond, 10 * time.Millisecond
	return 2*(warmUp+LongSlice) + 4*(discard+LongSlice)
}
