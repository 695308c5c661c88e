package try

import (
	"context"
	"errors"
	"fmt"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/progress"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
	"c10klab/services/protocol"
)

// lease is how long a service stays as it was left if this program vanishes.
const lease = trial.Lease

// unit is a service under its meter.
type unit struct {
	target.Target
	meter *control.Meter
}

func newUnit(t target.Target) *unit { return &unit{Target: t, meter: control.New(t.Control)} }

// comeUp waits until the service answers, or the meter says that it never will.
func (u *unit) comeUp(ctx context.Context, wait time.Duration, problem func(string) error) error {
	for began := time.Now(); ; {
		asking, cancel := context.WithTimeout(ctx, wait)
		h, err := u.meter.Health(asking)
		cancel()
		switch {
		case err == nil && (h.State == protocol.Serving || h.State == protocol.Occupied):
			return nil
		case err == nil && h.State != protocol.Starting:
			return u.gone(h)
		case err == nil:
			err = fmt.Errorf("it is %s", h.State)
		}
		if problem != nil {
			if why := problem(u.Name); why != nil {
				return fmt.Errorf("%s: %w", u.Name, why)
			}
		}
		if time.Since(began) > wait {
			return fmt.Errorf("%s never came up: asked %s/healthz for %s; last answer: %w", u.Name, u.Control, progress.Short(wait), err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// gone says how a service ended that should run.
func (u *unit) gone(h protocol.Health) error {
	if h.State == protocol.Unsupported {
		return fmt.Errorf("%s (%s) is %s", u.Name, u.Model, trial.Unsupported(h))
	}
	return fmt.Errorf("%s (%s) has ended (%s): %s", u.Name, u.Model, h.State, trial.Ended(h))
}

// fresh has the service serve echo alone in a new process.
func (u *unit) fresh(ctx context.Context) error {
	if _, err := u.meter.Restart(ctx, []protocol.App{protocol.Echo}, nil, lease); err != nil {
		return fmt.Errorf("starting %s anew with echo alone: %w", u.Name, err)
	}
	return nil
}

// stop ends the service's process: one that takes no part shall take no CPU.
func (u *unit) stop(ctx context.Context) error {
	if _, err := u.meter.Stop(ctx, lease); err != nil {
		return fmt.Errorf("stopping %s: %w", u.Name, err)
	}
	return nil
}

// hold stops the service's processes where they are, or lets them go on.
func (u *unit) hold(ctx context.Context, still bool) error {
	name := "CONT"
	if still {
		name = "STOP"
	}
	if _, err := u.meter.Signal(ctx, name); err != nil {
		return fmt.Errorf("SIG%s to %s: %w", name, u.Name, err)
	}
	return nil
}

// why says what is behind an error: a service that died explains all else.
func (u *unit) why(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	h, err := u.meter.Health(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("the meter of %s does not answer: %w", u.Name, err)
	case h.State == protocol.Died || h.State == protocol.Unsupported:
		return u.gone(h)
	}
	return nil
}

// explain puts what became of the services before an error.
func explain(ctx context.Context, err error, units ...*unit) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	for _, u := range units {
		if why := u.why(ctx); why != nil {
			return errors.Join(why, err)
		}
	}
	return err
}
