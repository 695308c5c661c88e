package check

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
	"c10klab/services/protocol"
)

// begin waits for the reference and its twin, and takes the services; others that don't answer are left alone.
func (s *session) begin(ctx context.Context) error {
	twins := 0
	for _, one := range s.Services {
		needed := one.Model == target.Reference && (one.Twin || one.Name == target.Reference)
		err := s.comeUp(ctx, s.bench.Units[one.Name], needed)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && needed:
			return err
		case err != nil:
			s.bench.Drop(one.Name)
		case one.Twin && needed:
			twins++
		}
	}
	if twins == 0 {
		return fmt.Errorf("there is no twin of %s, so its noise can't be known: compose.yaml has a service with the label lab.twin", target.Reference)
	}
	failed, err := s.bench.Claim(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		if one := s.bench.Units[name]; one.Model == target.Reference {
			return fmt.Errorf("%s could not be restarted: %w", name, failed[name])
		}
		s.bench.Drop(name)
	}
	return nil
}

// comeUp waits until the service answers, if it is needed.
func (s *session) comeUp(ctx context.Context, u *trial.Unit, needed bool) error {
	for began := time.Now(); ; {
		asking, cancel := context.WithTimeout(ctx, s.Wait)
		h, err := u.Meter.Health(asking)
		cancel()
		if err == nil && h.State != protocol.Starting && h.State != protocol.Died {
			return nil
		}
		if err == nil {
			err = fmt.Errorf("it is %s", h.State)
		}
		if s.Problem != nil {
			if gone := s.Problem(u.Name); gone != nil {
				return fmt.Errorf("%s: %w", u.Name, gone)
			}
		}
		if !needed || time.Since(began) > s.Wait {
			return fmt.Errorf("%s never came up: asked %s/healthz; last answer: %w", u.Name, u.Control, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// restoreTime is how long the services may take to serve everything again.
const restoreTime = 15 * time.Second

// giveBack does so, and says what could not be: its lease will give it back.
func (s *session) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreTime)
	defer cancel()
	failed := s.bench.Restore(ctx)
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		fmt.Fprintf(s.Out, "%s was not given back: %v\n", name, failed[name])
	}
}
