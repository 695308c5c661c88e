package trial

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/probe"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// Trial is one model and the reference, each in a fresh process that serves
// nothing but what is measured.
type Trial struct {
	engines
	bench     *Bench
	contender *Unit
	reference *Unit // nil where the contender is asked alone
	model     models.Model
	seed      uint64
	apps      []protocol.App
	cpus      int             // that the services may run on; 0: all of theirs
	herd      []*engine.Group // silent connections to the contender
	idle      int             // how many they are
	running   string          // services that should be stopped and are not
}

// Run makes a planned trial and hands over each cell's record as it is there.
// An error that stops the whole run is returned; what concerns the cell alone
// stands in its record.
func (b *Bench) Run(ctx context.Context, p plan.Trial, number int, seed uint64, add func(result.Record) error) error {
	var keep []result.Record
	w := watch{read: b.Machine.Usage}
	running := b.stopAll(ctx)
	before := b.probe()
	blank := result.Record{Seed: seed, Round: p.Round, Trial: number, Model: p.Model.Model, Twin: p.Twin}
	if p.Bare() {
		w.begin(ctx, nil)
		keep = b.bare(ctx, p, running, blank)
		w.end(ctx, nil)
	} else {
		t, err := b.pair(p)
		if err != nil {
			return err
		}
		t.running, t.seed = running, seed+uint64(number)
		w.carried = t.contender.Path == target.Published
		keep = t.run(ctx, p, blank, &w)
	}
	after := b.probe()
	disturbed := w.disturbed(before, after)
	for _, rec := range keep {
		rec.Probes, rec.Disturbed = [2]*probe.Reading{before, after}, disturbed
		if ctx.Err() != nil && rec.Outcome == result.Failed {
			continue // cut off, not failed
		}
		if err := add(rec); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// run measures the trial's cells, one after the other, and ends what it began.
func (t *Trial) run(ctx context.Context, p plan.Trial, blank result.Record, w *watch) (records []result.Record) {
	defer t.end(ctx)
	failed := t.start(ctx)
	w.begin(ctx, t.units())
	defer func() { w.end(ctx, t.units()) }()
	for _, s := range p.Steps {
		for _, c := range s.Cells {
			rec := of(blank, s.Experiment, c)
			rec.Contender.Service = t.contender.Name
			if t.reference != nil {
				rec.Reference.Service = t.reference.Name
			}
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
	return records
}

// of is the record of a cell in which nothing stands yet.
func of(blank result.Record, e experiment.Experiment, c experiment.Cell) result.Record {
	blank.Started = time.Now().UTC()
	blank.Experiment, blank.Metric = e.Name, e.Compares(c)
	blank.Connections, blank.Idle, blank.Visits, blank.Load = c.Connections, c.Idle, c.Visits, c.Load
	if app := e.App(); app != protocol.Echo && e.Bare == nil {
		blank.App = app.String()
	}
	return blank
}

// pair finds the two services of a trial. The reference is measured through its
// twin, which is the same program in another process.
func (b *Bench) pair(p plan.Trial) (*Trial, error) {
	t := &Trial{bench: b, engines: engines{cpu: b.Client}, reference: b.Units[target.Reference], apps: p.Serves(), cpus: p.CPUs()}
	t.model, _ = models.Find(p.Model.Mechanism(), p.Model.Args...)
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
	if p.Asks() {
		t.reference = nil
	}
	return t, nil
}

func (b *Bench) probe() *probe.Reading {
	if b.Client < 0 {
		return nil
	}
	r := b.Machine.Probe(b.Client, b.Server)
	return &r
}

// units are those that run in this trial, the contender last.
func (t *Trial) units() []*Unit {
	if t.reference == nil {
		return []*Unit{t.contender}
	}
	return []*Unit{t.reference, t.contender}
}

func (t *Trial) start(ctx context.Context) *lostError {
	for _, u := range t.units() {
		switch h, err := u.freshOn(ctx, t.cpus, t.apps); {
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
	t.engines.close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, u := range t.units() {
		_ = u.stop(ctx)
	}
}
