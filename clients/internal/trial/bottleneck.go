package trial

import (
	"context"
	"fmt"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// bound is one load of a model.
type bound struct {
	model, experiment string
	connections       int
}

// finding is what limits a load.
type finding struct {
	reason string // "": not the client
	asked  int
	sound  bool // nothing else was wrong in the trial in which it was found
}

// unsound is how often it is asked in trials that go wrong otherwise.
const unsound = 2

// bottleneck is gate 3's test by cause, once for each model and load of a run, and what it found for all of them. A ratio is as
// wrong where the client limits the reference: that is tested, too. What is found takes the rate's rank away, and nothing else: on two
// CPUs client and server do the same work for a request, and limit each other.
func (t *Trial) bottleneck(ctx context.Context, e experiment.Experiment, contender, reference experiment.Conns, c experiment.Cell, rec *result.Record) error {
	if !e.Saturates || c.Connections < 2 || t.bench.Untimed || rec.Contender.Errors.Total()+rec.Reference.Errors.Total() > 0 {
		return nil
	}
	sound := rec.Outcome == result.OK
	for _, s := range []struct {
		conns experiment.Conns
		unit  *Unit
		model string
		side  *result.Side
		spun  *[]float64
	}{
		{reference, t.reference, target.Reference, &rec.Reference, new([]float64)},
		{contender, t.contender, rec.Model, &rec.Contender, &rec.Spun},
	} {
		key := bound{s.model, e.Name, c.Connections}
		found := t.bench.bounds[key]
		if found.asked == 0 || !found.sound && found.asked < unsound {
			var failed engine.Errors
			left, reason, err := t.spun(ctx, s.conns, c, &failed)
			if err != nil {
				return fmt.Errorf("loading %s with a slower client: %w", s.unit.Name, err)
			}
			if n := failed.Total(); n > 0 { // a wrong reply is as wrong here as in the window
				s.side.Errors.Add(failed)
				s.side.Untrue = gate.First(s.side.Untrue, failedUnderLoad(s.side, n))
				withhold(rec, s.side.Untrue)
				return nil
			}
			*s.spun, found = left, finding{reason, found.asked + 1, sound}
			t.bench.bounds[key] = found
		}
		s.side.ClientBound = found.reason
	}
	return nil
}

// spun asks one side with a slower client, where that can be made slower. It ends with the first replies that fail.
func (t *Trial) spun(ctx context.Context, side experiment.Conns, c experiment.Cell, failed *engine.Errors) (left []float64, reason string, err error) {
	spinner, can := side.(engine.Spinner)
	if !can {
		return nil, "", nil
	}
	return clientBound(func() (float64, error) {
		p, err := engine.Spun(ctx, spinner, gate.ClientSpin, engine.Plan{Time: c.Window / 2, Connections: c.Connections})
		failed.Add(p.Contender.Errors)
		failed.Add(p.Reference.Errors)
		if failed.Total() > 0 {
			return 1, err // asked no more
		}
		return p.Ratio, err
	})
}

// most is how often the rate is compared with that of a slower client.
const most = 3

// clientBound asks what is left of the rate with a slower client: where it falls every time, the client is what limits it.
// What falls some times is noise.
func clientBound(ask func() (left float64, err error)) (all []float64, reason string, err error) {
	for len(all) < most {
		left, err := ask()
		if err != nil {
			return all, "", err
		}
		all = append(all, left)
		if gate.ClientBound(left) == "" {
			return all, "", nil
		}
	}
	return all, gate.ClientBound(stats.Median(all)), nil
}
