package engine

import (
	"context"
	"fmt"
	"time"
)

// MaxSpin bounds what a client may spin for each reply.
const MaxSpin = 10 * time.Millisecond

// Spinner is a side whose client can be made slower: a Group, a Churn, a Worker.
type Spinner interface {
	Side
	// Spin has the client spin that much longer for each reply, 0 to MaxSpin, in
	// all slices from now on. What follows a reply is due after that.
	Spin(d time.Duration) error
}

// Spun asks what limits a rate, by cause: both sides of a loop look busy when
// either is the bottleneck. It loads one side in slices A B B A, with a client that spins that
// much longer for each reply (the contender), and as it is (the reference).
// Paired.Ratio is what is left of the rate: a server that is the bottleneck
// leaves nearly all of it. Afterwards the client does not spin.
func Spun(ctx context.Context, side Spinner, d time.Duration, plan Plan) (Paired, error) {
	if on := plan.OnSwitch; on != nil {
		plan.OnSwitch = func(Side) { on(side) }
	}
	p, err := Pair(ctx, spun{side, d}, spun{side, 0}, plan)
	if again := side.Spin(0); err == nil {
		err = again
	}
	return p, err
}

type spun struct {
	side Spinner
	d    time.Duration
}

func (s spun) Slice(discard, measure time.Duration) (Slice, error) {
	if err := s.side.Spin(s.d); err != nil {
		return Slice{}, err
	}
	return s.side.Slice(discard, measure)
}

func checkSpin(d time.Duration) error {
	if d < 0 || d > MaxSpin {
		return fmt.Errorf("spin of %v for each reply: choose 0 to %v", d, MaxSpin)
	}
	return nil
}

// Spin implements Spinner.
func (g *Group) Spin(d time.Duration) error {
	if err := checkSpin(d); err != nil {
		return err
	}
	return g.e.do(func() { g.spin = int64(d) })
}

// Spin implements Spinner; a visit's end is its reply.
func (c *Churn) Spin(d time.Duration) error {
	if err := checkSpin(d); err != nil {
		return err
	}
	return c.e.do(func() { c.spin = int64(d) })
}

// Spin implements Spinner, by the worker's own engine.
func (w *Worker) Spin(d time.Duration) error {
	_, err := w.call(context.Background(), fmt.Sprintf("spin %d", d.Nanoseconds()))
	return err
}

// burn spins from now on for ns and returns the time after it. It looks at the
// clock: a counted loop would have to be calibrated, and would last for another time
// whenever the CPU changes its frequency. It is too long by one look at most, some 50 ns.
func (e *Engine) burn(now, ns int64) int64 {
	for until := now + ns; now < until; now = e.now() {
	}
	return now
}
