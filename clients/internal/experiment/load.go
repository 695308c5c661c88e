package experiment

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
)

// slices loads the two sides in turn, A B B A.
func slices(ctx context.Context, _ *engine.Engine, contender, reference Conns, c Cell) (engine.Paired, error) {
	return engine.Pair(ctx, contender, reference, engine.Plan{Time: c.Window, Connections: c.Connections})
}

// alternate asks contender and reference by turns, request by request: a server
// with one client is idle between its requests anyway, so nothing goes to sleep
// that would not in steady load.
func alternate(ctx context.Context, e *engine.Engine, contender, reference Conns, c Cell) (engine.Paired, error) {
	a, isGroup := contender.(*engine.Group)
	b, isToo := reference.(*engine.Group)
	if !isGroup || !isToo {
		return engine.Paired{}, fmt.Errorf("alternating needs both connections in one engine, not in %T and %T", contender, reference)
	}
	return e.Alternate(ctx, a, b, warm(c.Window), c.Window-warm(c.Window))
}

func warm(window time.Duration) time.Duration { return window / 10 }
