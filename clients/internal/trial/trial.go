package trial

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/probe"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// Trial is one model and the reference, each in a fresh process that serves
// echo alone.
type Trial struct {
	bench     *Bench
	contender *Unit
	reference *Unit
	model     models.Model
	herd      []Conns // silent connections to the contender
	idle      int     // how many they are
	running   string  // services that should be stopped and are not
}

// Conns are connections that can be closed.
type Conns interface {
	experiment.Conns
	Close()
}

// Run makes a planned trial and hands over each cell's record as it is there.
// An error that stops the whole run is returned; what concerns the cell alone
// stands in its record.
func (b *Bench) Run(ctx context.Context, p plan.Trial, number int, seed uint64, add func(result.Record) error) error {
	t, err := b.pair(p)
	if err != nil {
		return err
	}
	record := func(e experiment.Experiment, c experiment.Cell) result.Record {
		return result.Record{
			Started: time.Now().UTC(), Seed: seed, Round: p.Round, Trial: number, Experiment: e.Name, Metric: e.Metric,
			Model: p.Model.Model, Twin: p.Twin, Connections: c.Connections, Idle: c.Idle,
			Contender: result.Side{Service: t.contender.Name}, Reference: result.Side{Service: t.reference.Name},
		}
	}
	t.running = b.stopAll(ctx)
	before := b.probe()
	var records []result.Record
	failed := t.start(ctx)
	for _, s := range p.Steps {
		for _, c := range s.Cells {
			rec := record(s.Experiment, c)
			if failed != nil {
				failed.put(&rec)
			} else {
				failed = t.measure(ctx, s.Experiment, c, &rec)
			}
			rec.Seconds = time.Since(rec.Started).Seconds()
			records = append(records, rec)
			if ctx.Err() != nil || rec.Outcome == result.Bound { // with more clients it would say the same
				break
			}
		}
	}
	t.end(ctx)
	after := b.probe()
	for _, rec := range records {
		rec.Probes = [2]*probe.Reading{before, after}
		if ctx.Err() != nil && rec.Outcome == result.Failed {
			continue // cut off, not failed
		}
		if err := add(rec); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// pair finds the two services of a trial. The reference is measured through its
// twin, which is the same program in another process.
func (b *Bench) pair(p plan.Trial) (*Trial, error) {
	t := &Trial{bench: b, reference: b.Units[target.Reference]}
	t.model, _ = models.Find(p.Model.Model, p.Model.Args...)
	for _, u := range b.Units {
		if p.Twin && u.Service.Twin && u.Model == p.Model.Model || !p.Twin && u.Name == p.Model.Name {
			t.contender = u
		}
	}
	switch {
	case t.reference == nil:
		return nil, fmt.Errorf("no reference: service %s takes no part in this run", target.Reference)
	case t.contender == nil:
		return nil, fmt.Errorf("%s takes no part in this run", p.Model.Name)
	}
	return t, nil
}

func (b *Bench) probe() *probe.Reading {
	if b.Client < 0 {
		return nil
	}
	r := probe.Take(b.Client, b.Server)
	return &r
}

func (t *Trial) start(ctx context.Context) *lostError {
	for _, u := range []*Unit{t.reference, t.contender} {
		switch h, err := u.fresh(ctx, protocol.Echo); {
		case err != nil && h.State == protocol.Unsupported:
			return &lostError{result.Unsupported, Unsupported(h)}
		case err != nil:
			return &lostError{result.Failed, err.Error()}
		}
	}
	return nil
}

// end closes what is open and stops both, so that the next probe finds the CPUs
// free. It must work after the context has ended, and it may fail: then the
// lease ends what is left.
func (t *Trial) end(ctx context.Context) {
	for _, c := range t.herd {
		c.Close()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, u := range []*Unit{t.contender, t.reference} {
		_ = u.stop(ctx)
	}
}
