package class

import (
	"context"
	"fmt"
	"time"
)

// within grades in a goroutine of its own, so that neither a panic over results that nobody foresaw nor a grader that takes for
// ever costs another submission anything. One that takes too long is left behind, and row is what is known of it.
func within(ctx context.Context, limit time.Duration, row Row, grade func() (Row, error)) (Row, error) {
	type graded struct {
		row Row
		err error
	}
	done := make(chan graded, 1)
	go func() {
		g := graded{row: row}
		defer func() {
			if p := recover(); p != nil {
				g.err = fmt.Errorf("these results can't be graded: %v", p)
			}
			done <- g
		}()
		g.row, g.err = grade()
	}()
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case g := <-done:
		return g.row, g.err
	case <-late.C:
		return row, fmt.Errorf("grading took longer than %v", limit)
	case <-ctx.Done():
		return row, ctx.Err()
	}
}
